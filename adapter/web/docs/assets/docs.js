'use strict';
// Commands show the address under which this page was opened, and can be copied. Without this script they show the public one.

for (const base of document.querySelectorAll('.base')) base.textContent = location.origin;

if (navigator.clipboard) { // only on secure origins
  for (const line of document.querySelectorAll('pre.curl')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'quiet copy';
    button.textContent = 'Copy';
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(line.textContent);
      button.textContent = 'Copied';
    });
    line.after(button);
  }
}

const ready = document.getElementById('ready');
if (ready) {
  fetch('/readyz').then(reply => reply.json(), () => ({status: 'no answer'})).then(health => { ready.textContent = ` (${health.status})`; });
}
