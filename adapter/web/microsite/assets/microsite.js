"use strict";
// The pages work without this: it counts down, keeps a second click from doing anything, and takes codes from messages.
(() => {
  const opened = Date.now();
  const resend = document.getElementById("resend");
  const unit = (count, name) =>
    new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit: name, unitDisplay: "long" }).format(count);

  // words says so many seconds as the server does.
  const words = (seconds) => {
    if (seconds >= 3600) seconds = Math.ceil(seconds / 60) * 60;
    const counts = { hour: Math.floor(seconds / 3600), minute: Math.floor(seconds / 60) % 60, second: seconds % 60 };
    const parts = Object.keys(counts).filter((name) => counts[name] > 0).map((name) => unit(counts[name], name));
    return parts.join(" ") || unit(0, "second");
  };

  // A wait that is over is said once, to screen readers too; the seconds in between are not.
  const over = (time) => {
    const line = time.closest("p");
    const done = time.dataset.done;
    if (!line.closest("form")) return line.replaceChildren(done);
    line.remove();
    const said = document.createElement("p");
    said.className = "note";
    said.textContent = done;
    document.getElementById("said").replaceChildren(said);
  };
  const times = [...document.querySelectorAll("[data-left]")].map((time) => ({ time, left: Number(time.dataset.left) }));
  const wait = times.find(({ time }) => time.closest("#wait"));
  if (wait) resend.disabled = true;
  const tick = () => {
    for (const one of times.splice(0)) {
      const left = one.left - Math.floor((Date.now() - opened) / 1000);
      if (left > 0) {
        one.time.textContent = words(left);
        times.push(one);
      } else {
        over(one.time);
        if (one === wait) resend.disabled = false;
      }
    }
    if (times.length === 0) clearInterval(clock);
  };
  const clock = setInterval(tick, 1000);

  addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, 10000); // the person may have stopped it
  });
  // A page that the browser kept is of the past.
  addEventListener("pageshow", (event) => event.persisted && location.reload());

  const answer = document.getElementById("answer");
  const code = document.getElementById("code");
  if (!answer) return;
  code.addEventListener("input", (event) => {
    const plain = code.value.normalize("NFKC").replace(/[\s\p{Pd}\p{Cf}]/gu, "");
    if (event.inputType === "insertFromPaste" && /^\d+$/.test(plain)) code.value = plain;
  });
  if (!("OTPCredential" in window)) return;
  const stop = new AbortController();
  answer.addEventListener("submit", () => stop.abort());
  addEventListener("pagehide", () => stop.abort());
  navigator.credentials
    .get({ otp: { transport: ["sms"] }, signal: stop.signal })
    .then((message) => {
      if (!message) return;
      code.value = message.code;
      answer.requestSubmit();
    })
    .catch(() => {}); // then people type it
})();
