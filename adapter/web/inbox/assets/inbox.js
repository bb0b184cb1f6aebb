// The inbox updates itself. Messages are drawn by the server alone: an event only says that there is one, and the page is asked for anew.
"use strict";

const inbox = document.querySelector(".inbox");
const list = document.getElementById("messages");
const news = document.getElementById("news");
const trouble = document.getElementById("stream");
let ahead = Date.parse(inbox.dataset.now) - Date.now(); // of the browser's clock

// The list as it is shown here: after a mistake in a form, the page itself is at the form's address.
const address = "/dev/inbox" + (inbox.dataset.to && `?${new URLSearchParams({ to: inbox.dataset.to })}`);

// Time by the server's clock.
function tell() {
  const now = Date.now() + ahead;
  const clock = document.getElementById("now");
  clock.dateTime = new Date(now).toISOString();
  clock.textContent = clock.dateTime.replace("T", " ").slice(0, 19) + " UTC";
  for (const message of list.querySelectorAll(".message")) {
    const left = message.querySelector(".left");
    if (!left) continue;
    const text = remaining(Date.parse(left.dateTime) - now);
    if (left.textContent !== text) left.textContent = text;
    message.classList.toggle("over", text === "expired");
  }
}

function remaining(milliseconds) {
  if (milliseconds <= 0) return "expired";
  const seconds = Math.floor(milliseconds / 1000);
  if (seconds >= 3600) return `${Math.floor(seconds / 3600)} h ${Math.floor(seconds / 60) % 60} min left`;
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")} left`;
}

// Copying: by the clipboard where the browser lends it, else by a selection.
async function copy(message, button) {
  let done = true;
  try {
    await navigator.clipboard.writeText(message.dataset.code);
  } catch {
    getSelection().selectAllChildren(message.querySelector(".code"));
    done = document.execCommand("copy");
  }
  button.textContent = done ? "Copied" : "Press Ctrl+C";
  news.textContent = done ? `Copied ${message.dataset.code}` : "The code is selected";
  setTimeout(() => { button.textContent = "Copy"; }, 2000);
}

function equip(message) {
  const button = message.querySelector(".copy");
  if (!button) return;
  button.hidden = false;
  button.addEventListener("click", () => copy(message, button));
}

// Take the messages over that the server shows and this page does not, and drop those that the server has dropped.
async function update() {
  const reply = await fetch(address, { headers: { Accept: "text/html" }, cache: "no-store" });
  if (!reply.ok) return;
  const page = new DOMParser().parseFromString(await reply.text(), "text/html");
  const here = new Map([...list.querySelectorAll(".message")].map((m) => [m.dataset.id, m]));
  const fresh = [];
  let before = null;
  for (const theirs of [...page.querySelectorAll(".message")].reverse()) {
    let message = here.get(theirs.dataset.id);
    here.delete(theirs.dataset.id);
    if (!message) {
      message = document.importNode(theirs, true);
      message.classList.add("new");
      equip(message);
      fresh.unshift(message);
      list.insertBefore(message, before); // moving one that is here would load its frame anew
    }
    before = message;
  }
  for (const gone of here.values()) gone.remove();
  if (fresh.length === 0) return;
  document.getElementById("empty")?.remove();
  tell();
  const code = fresh[0].dataset.code;
  news.textContent = (fresh.length === 1 ? "New message" : `${fresh.length} new messages, the last`) +
    ` to ${fresh[0].dataset.to}` + (code ? `, code ${[...code].join(" ")}` : "");
}

// One update at a time, and one more when something came meanwhile.
let running = false, again = false;
async function soon() {
  again = true;
  if (running) return;
  running = true;
  while (again) {
    again = false;
    try { await update(); } catch { /* the stream tells when the server is back */ }
  }
  running = false;
}

function listen() {
  const query = new URLSearchParams({ to: inbox.dataset.to });
  if (inbox.dataset.newest) query.set("after", inbox.dataset.newest);
  const stream = new EventSource(`/dev/inbox/events?${query}`);
  stream.addEventListener("message", soon);
  stream.addEventListener("clock", (event) => {
    const clock = JSON.parse(event.data);
    ahead = Date.parse(clock.now) - Date.now();
    document.getElementById("offset").textContent =
      clock.offset === "0s" ? "It is the computer's clock." : `${clock.offset} ahead of the computer's clock.`;
    tell();
  });
  stream.addEventListener("open", () => {
    if (!trouble.hidden) soon(); // a server that was started anew has forgotten its messages
    trouble.hidden = true;
  });
  stream.addEventListener("error", () => { trouble.hidden = false; });
  addEventListener("pagehide", () => stream.close(), { once: true });
}

list.querySelectorAll(".message").forEach(equip);
tell();
setInterval(tell, 250);
listen();
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  soon();
  listen();
});
