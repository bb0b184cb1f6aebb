// Drives the npm client as a browser on the publisher's site would: one cookie jar, same-origin calls, links read from the mail.
// Usage: node driver.cjs ORIGIN, with the client installed in the working directory. Prints one line per step.
"use strict";
const assert = require("node:assert/strict");
const { createRequire } = require("node:module");

const origin = process.argv[2];

// The client calls fetch with paths and leaves cookies to the browser. Node's fetch knows neither, so this one does.
const jar = new Map();
const network = globalThis.fetch;
globalThis.window = globalThis;
let seen; // the newest reply: the client hides status and headers of most
globalThis.fetch = async (path, options = {}) => {
  const headers = { ...options.headers, "Sec-Fetch-Site": "same-origin" };
  if (options.method === "POST") headers.Origin = origin;
  if (jar.size > 0) headers.Cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
  const reply = await network(new URL(path, origin), { ...options, headers, redirect: "manual" });
  for (const line of reply.headers.getSetCookie()) {
    const [pair, ...attributes] = line.split("; ");
    const [name, value] = [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)];
    assert.ok(attributes.includes("HttpOnly") && attributes.includes("SameSite=Lax"), line);
    if (attributes.includes("Max-Age=0")) jar.delete(name);
    else jar.set(name, value);
  }
  seen = reply;
  return reply;
};

const client = createRequire(`${process.cwd()}/`)("@quintype/bridgekeeper-js");

// messages are those in the inbox of --dev, newest first. A message may be on its way still.
async function messages(to, good) {
  for (let tries = 0; tries < 100; tries++) {
    const list = await (await network(`${origin}/dev/inbox?to=${encodeURIComponent(to)}`)).json();
    const found = list.find(good);
    if (found) return found;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`no message to ${to}`);
}
const code = async (to, not) => (await messages(to, (m) => m.code && m.code !== not)).code;
const link = async (to, purpose) => (await messages(to, (m) => m.purpose === purpose)).body.match(/https?:\/\/\S+/)[0];
const wrong = (otp) => String((Number(otp[0]) + 1) % 10) + otp.slice(1);

const notLoggedIn = { error: { message: "Could not find qt-auth cookie or X-QT-AUTH header, please Login." } };
const mail = "asha@example.com";

const steps = {
  "nobody is logged in": async () => {
    assert.deepEqual(await client.currentUser(), notLoggedIn);
  },
  "register with a password": async () => {
    const body = { name: "Asha", email: mail, username: mail, password: "correct horse", "dont-login": false };
    const { user } = await client.register(body);
    assert.equal(user.email, mail);
    assert.equal(user["verification-status"], null);
    assert.ok(jar.has("qt-auth"));
  },
  "register again": async () => {
    const { message, user } = await client.register({ name: "Asha", email: mail, username: mail, password: "battery staple" });
    assert.equal(message, "User Already exists");
    assert.equal(user, undefined);
    assert.equal(seen.status, 409);
  },
  "prove the address with a code": async () => {
    const sent = await client.sendOtp({ email: mail });
    assert.equal(sent.status, 200);
    assert.equal(sent.message, "OTP was sent successfully only through Email. OTP was not sent through SMS");
    const otp = await code(mail);
    assert.equal((await client.updateWithOtp(wrong(otp), { "verification-status": "email" })).status, 401);
    const reply = await client.updateWithOtp(otp, { "verification-status": "email" });
    assert.equal(reply.status, 200);
    assert.equal((await reply.json()).user["verification-status"], "email");
  },
  "too many codes": async () => {
    const sent = await client.sendOtp({ email: mail });
    assert.equal(sent.status, 429);
    assert.equal(sent.message, sent.error.message);
    assert.ok(Number(seen.headers.get("retry-after")) > 0);
  },
  "have a phone number": async () => {
    assert.equal((await client.sendOtp({ "phone-number": "+919812345670" })).status, 200);
    const reply = await client.updateWithOtp(await code("+919812345670"), { "phone-number": 919812345670 });
    assert.equal(reply.status, 200);
    assert.equal((await client.currentUser()).user["login-phone-number"], "+919812345670");
  },
  "change the profile": async () => {
    const { user } = await client.updateUserProfile({ name: "Asha K", "phone-number": "+919812345671", email: "x@example.com" });
    assert.equal(user.name, "Asha K");
    assert.equal(user.email, mail);
    assert.equal(user["phone-number"], "+919812345670");
  },
  "log out": async () => {
    assert.equal((await client.logout()).status, 204);
    assert.ok(!jar.has("qt-auth"));
    assert.deepEqual(await client.currentUser(), notLoggedIn);
  },
  "log in with the password": async () => {
    const refused = await client.login({ username: mail, email: mail, password: "wrong horse" });
    assert.equal(refused.user, undefined);
    assert.equal(refused.message, "Invalid username or password");
    const { user, ...rest } = await client.login({ username: mail, email: mail, password: "correct horse" });
    assert.equal(user.name, "Asha K");
    assert.equal(rest["active-sessions-count"], 1);
    assert.ok(seen.headers.get("x-qt-auth"));
    assert.equal((await client.currentUser()).user.id, user.id);
  },
  "log in with a code, making the account": async () => {
    await client.logout();
    const phone = "+919812345672";
    assert.equal((await client.sendOtp({ "phone-number": phone, "always-send": true })).status, 200);
    const otp = await code(phone);
    assert.equal((await client.login({ "phone-number": phone, otp: wrong(otp), "auto-signup": true })).message, "OTP did not match");
    const { user } = await client.login({ "phone-number": phone, otp, "auto-signup": true });
    assert.equal(user["login-phone-number"], phone);
    await client.logout();
  },
  "register with a code": async () => {
    const phone = "+919812345673";
    await client.sendOtp({ "phone-number": phone, "always-send": true });
    const { user } = await client.register({ "login-phone-number": phone, otp: await code(phone), name: "Ravi", "dont-login": true });
    assert.equal(user.name, "Ravi");
    assert.equal(user["verification-status"], "phone");
    assert.ok(!jar.has("qt-auth"));
  },
  "forgot the password: a link": async () => {
    const { message } = await client.forgotPassword({ email: mail });
    assert.equal(message, "Reset password link was sent successfully, via email");
    assert.deepEqual(await client.forgotPassword({ email: "nobody@example.com" }), { message });
    const address = new URL(await link(mail, "reset_password"));
    assert.equal(address.origin + address.pathname, "https://news.example.com/account/new-password");
    const token = address.searchParams.get("token");
    const both = (password) => ({ token, "new-password": password, "confirm-password": password });
    assert.equal((await client.resetPasswordWithToken(both("battery staple"))).message, "Password was successfully reset");
    const again = await client.resetPasswordWithToken(both("third password"));
    assert.equal(again.error.message, "Token could not be found, or was already consumed or is expired");
    assert.equal((await client.login({ username: mail, email: mail, password: "battery staple" })).user.email, mail);
    await client.logout();
  },
  "forgot the password: a code": async () => {
    const john = "johndoe@example.com";
    await client.sendOtp({ email: john });
    const otp = await code(john);
    const refused = await client.resetPassword({ email: john, otp: wrong(otp), "new-password": "correct horse" });
    assert.deepEqual(refused, { error: { message: "OTP did not match" } });
    const done = await client.resetPassword({ email: john, otp, "new-password": "correct horse" });
    assert.deepEqual(done, { message: "Password was successfully reset" });
    assert.equal((await client.login({ username: "johndoe", password: "correct horse" })).user.email, john);
    await client.logout();
  },
  "a verification link": async () => {
    const mira = "mira@example.com";
    await client.register({ email: mira, username: mira, password: "correct horse" });
    assert.deepEqual(await client.sendVerificationLink(mira, "/"), { message: "Verification link was sent successfully." });
    const foreign = await client.sendVerificationLink(mira, "https://evil.example/");
    assert.equal(foreign.error.message, "redirect-url is invalid");
    const page = await (await network(await link(mira, "verify_email"))).text();
    assert.equal((await client.currentUser()).user["verification-status"], null);
    const action = page.match(/action="([^"]+)"/)[1].replaceAll("&amp;", "&");
    const pressed = await network(new URL(action, origin), { method: "POST", headers: { Origin: origin } });
    assert.equal(pressed.status, 200);
    assert.equal((await client.currentUser()).user["verification-status"], "email");
  },
  "the list of sessions": async () => {
    const sessions = await (await fetch("/api/auth/v1/sessions")).json();
    assert.equal(sessions["active-sessions-count"], 1);
    assert.equal(sessions.sessions[0].current, true);
    const valid = await (await fetch("/api/auth/v1/sessions/validate")).json();
    assert.equal(valid.user.email, "mira@example.com");
    assert.deepEqual(valid.sessions, sessions.sessions);
  },
};

(async () => {
  for (const [name, step] of Object.entries(steps)) {
    try {
      await step();
    } catch (failure) {
      console.error(`${name}: ${failure.stack}`);
      process.exit(1);
    }
    console.log(`ok ${name}`);
  }
})();
