// Logs in by the packed package as a program would. The environment has ORIGIN: a development server that takes a second between
// two codes to BigCity's customer, and its usual thirty seconds elsewhere.
import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import { ApiError, AritaClient, BigCityClient, BridgekeeperClient, GoodCityClient, type CodePrompt, type InboxMessage } from "latchkey-client";

const baseUrl = process.env.ORIGIN ?? "";
const demo = { username: "bigcity", password: "secret123" };

/** The newest code for somebody that is not this one. A message may be on its way still. */
async function codeFor(to: string, not = ""): Promise<string> {
  for (let tries = 0; tries < 100; tries++) {
    const reply = await fetch(`${baseUrl}/dev/inbox?to=${encodeURIComponent(to)}`, { headers: { Accept: "application/json" } });
    const found = ((await reply.json()) as InboxMessage[]).find(({ code }) => code);
    if (found && found.code !== not) return found.code;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`no code for ${to}`);
}

/** A person who mistypes the first time. */
function clumsy(to: string, prompts: CodePrompt[]) {
  return async (prompt: CodePrompt) => {
    prompts.push(prompt);
    const code = await codeFor(to);
    return prompt.attempt === 1 ? `${(Number(code[0]) + 1) % 10}${code.slice(1)}` : ` ${code} `;
  };
}

function wantPrompts(prompts: CodePrompt[], to: string, status: number, words: RegExp): void {
  assert.deepEqual(prompts.map((prompt) => [prompt.to, prompt.attempt]), [[to, 1], [to, 2]]);
  assert.equal(prompts[0]?.failure, undefined);
  assert.equal(prompts[1]?.failure?.status, status);
  assert.match(prompts[1]?.failure?.message ?? "", words);
}

const refused = (status: number, words: RegExp, retryAfter = false) => (failure: unknown) => {
  assert.ok(failure instanceof ApiError, String(failure));
  assert.equal(failure.status, status);
  assert.match(failure.message, words);
  assert.equal((failure.retryAfter ?? 0) > 0, retryAfter, `Retry-After ${failure.retryAfter}`);
  return true;
};

const never = async () => assert.fail("nobody should be asked for a code");

test("BigCity", async () => {
  const phone = "+919800000045";
  const client = new BigCityClient({ baseUrl, ...demo });
  const prompts: CodePrompt[] = [];
  await assert.rejects(client.points("CUST12345"), refused(401, /./));
  const login = await client.login("CUST12345", clumsy(phone, prompts));
  wantPrompts(prompts, "CUST12345", 422, /^Invalid OTP$/);
  assert.equal(login.customer.mobile, "98XXXXXX45");
  assert.equal((await client.points("CUST12345")).balance_points, 3500);

  // The server wants a second between two codes, and the client waits for it. A used code is a wrong one.
  const used = await codeFor(phone);
  const { reference_id } = await client.generateOtp("CUST12345");
  await codeFor(phone, used);
  const guess = () => client.verifyOtp("CUST12345", reference_id, used);
  for (let n = 0; n < 3; n++) await assert.rejects(guess, refused(422, /^Invalid OTP$/));
  await assert.rejects(guess, refused(429, /^Too many attempts/, true));

  await assert.rejects(client.login("NOBODY", never), refused(404, /Invalid Customer ID/));
  const stranger = new BigCityClient({ baseUrl, username: "bigcity", password: "wröng" });
  await assert.rejects(stranger.login("CUST12345", never), refused(401, /./));
});

test("GoodCity", async () => {
  const phone = "+85261677528";
  const client = new GoodCityClient({ baseUrl, app: "app.goodcity", language: "en" });
  const prompts: CodePrompt[] = [];
  const { user } = await client.login(phone, clumsy(phone, prompts));
  wantPrompts(prompts, phone, 422, /^Invalid SMS code\.$/);
  assert.equal((await client.profile()).user_profile.id, user.user_profile.id);
  await assert.rejects(client.login(phone, never), refused(429, /./, true));
  await assert.rejects(client.login("+4412345678", never), refused(422, /^Mobile must begin with \+852$/));
  await client.login("+85251641822", () => codeFor("+85251641822"), { signUp: true });
  client.token = undefined;
  await assert.rejects(client.profile(), refused(401, /./));
});

test("Arita", async (t) => {
  const mail = "test@aritaone.com";
  let refreshes = 0;
  const counting = (request: Request) => {
    if (request.url.endsWith("/refresh")) refreshes++;
    return fetch(request);
  };
  const client = new AritaClient({ baseUrl, fetch: counting });
  const prompts: CodePrompt[] = [];
  await client.login(mail, clumsy(mail, prompts));
  wantPrompts(prompts, mail, 401, /incorrect or has expired/);
  await assert.rejects(client.login(mail, never), refused(429, /./, true));

  // A token that the server does not take: all calls share one refresh, and are sent again.
  const first = client.refreshToken;
  client.accessToken = `${client.accessToken}x`;
  const ask = (n: number) => client.api.POST("/web/auth/otp", { body: { nature: 4, loginID: `new${n}@example.com` } });
  const answers = await Promise.all([ask(1), ask(2), ask(3)]);
  assert.deepEqual(answers.map(({ response }) => response.status), [200, 200, 200]);
  assert.equal(refreshes, 1);
  assert.ok(client.refreshToken && client.refreshToken !== first, "the refresh token did not change");

  // A wrong code is 401 too, but no reason for a second guess.
  const otpToken = answers[2].data?.data.otpToken ?? "";
  const wrong = await client.api.PUT("/web/auth/email", { body: { otp: "0000", otpToken } });
  assert.equal(wrong.response.status, 401);
  assert.equal(refreshes, 1);

  // A token that is about to end is replaced before a guess is made with it.
  t.mock.method(Date, "now", () => new Date().getTime() + 15 * 60 * 1000);
  const right = await client.api.PUT("/web/auth/email", { body: { otp: await codeFor("new3@example.com"), otpToken } });
  assert.equal(right.response.status, 200, JSON.stringify(right.error));
  assert.equal(refreshes, 2);
  t.mock.restoreAll();

  const kept = client.refreshToken;
  await client.logout();
  assert.deepEqual([client.accessToken, client.refreshToken], [undefined, undefined]);
  client.refreshToken = kept;
  await assert.rejects(client.refresh(), refused(401, /./));
  await assert.rejects(client.loginWithPassword("new3@example.com", "wrong"), refused(401, /./));
  await client.loginWithPassword("new3@example.com", "PasghWgf");
  assert.ok(client.accessToken && client.refreshToken);
});

test("Bridgekeeper", async () => {
  const phone = "+919888888888";
  const client = new BridgekeeperClient({ baseUrl });
  const prompts: CodePrompt[] = [];
  await assert.rejects(client.me(), refused(401, /please Login/));
  const { user } = await client.login(phone, clumsy(phone, prompts));
  wantPrompts(prompts, phone, 401, /^OTP did not match$/);
  assert.equal((await client.me()).user.id, user.id);
  await assert.rejects(client.login(phone, never), refused(429, /./, true));
  const kept = client.session;
  await client.logout();
  assert.equal(client.session, undefined);
  client.session = kept;
  await assert.rejects(client.me(), refused(401, /./));
  await client.login("new@example.com", () => codeFor("new@example.com"), { signUp: true });
  assert.equal((await client.me()).user.email, "new@example.com");
  await assert.rejects(client.loginWithPassword("new@example.com", "wrong horse"), refused(401, /Invalid username or password/));
});

/** Starts a server and answers its origin. */
async function serve(t: TestContext, answer: (request: IncomingMessage, reply: ServerResponse) => void): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A server that answers as it is told, one status after the other; "cut" breaks the connection. */
async function scripted(t: TestContext, ...script: (number | "cut")[]) {
  const left = [...script];
  const origin = await serve(t, (request, reply) => {
    const next = left.shift() ?? 200;
    if (next === "cut") return void request.socket.destroy();
    reply.writeHead(next, { "Content-Type": "application/json", ...([422, 429].includes(next) && { "Retry-After": "0" }) });
    reply.end(JSON.stringify({ message: `told to say ${next}`, user: {} }));
  });
  return { client: new BridgekeeperClient({ baseUrl: origin }), left, origin };
}

test("calls wait for a refresh on its way", async (t) => {
  const claims = btoa(JSON.stringify({ exp: Date.now() / 1000 + 900 }));
  const statuses = [200, 503, 401];
  const seen: unknown[] = [];
  let arrived = () => {};
  const refreshing = new Promise<void>((resolve) => (arrived = resolve));
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  const origin = await serve(t, async ({ url, headers }, reply) => {
    const status = url === "/web/auth/refresh" ? (statuses.shift() ?? 200) : 200;
    if (url === "/web/auth/refresh") {
      arrived();
      await released;
    } else seen.push(headers.authorization);
    reply.writeHead(status, { "Content-Type": "application/json" });
    reply.end(JSON.stringify({ success: true, message: "", data: [{ accessToken: `new.${claims}.` }] }));
  });
  const client = new AritaClient({ baseUrl: origin, maxWait: 0 });
  client.accessToken = `old.${claims}.`;
  const refresh = client.refresh();
  await refreshing;
  const call = client.api.POST("/web/auth/otp", { body: { nature: 4, loginID: "new@example.com" } });
  release();
  await Promise.all([refresh, call]);
  assert.deepEqual(seen, [`Bearer new.${claims}.`]);
  await assert.rejects(client.refresh(), refused(503, /./));
  assert.equal(client.accessToken, `new.${claims}.`, "a server out of order ended the session");
  await assert.rejects(client.refresh(), refused(401, /./));
  assert.equal(client.accessToken, undefined);
});

test("a pin that has to wait ends the login", async (t) => {
  const { origin, left } = await scripted(t, 200, 422, 200);
  let asked = 0;
  const login = new GoodCityClient({ baseUrl: origin }).login("+85261677528", async () => String(++asked));
  await assert.rejects(login, refused(422, /^told to say 422$/));
  assert.deepEqual([asked, left], [1, [200]]);
});

test("without a wait everything is sent once, and so is the token of a link", async (t) => {
  const { client, origin, left } = await scripted(t, 429, 503, 200);
  await assert.rejects(new BridgekeeperClient({ baseUrl: origin, maxWait: 0 }).me(), refused(429, /./));
  const shown = await client.api.GET("/api/auth/v1/users/verify-email", { params: { query: { token: "t" } }, parseAs: "text" });
  assert.deepEqual([shown.response.status, left], [503, [200]]);
});

test("what is sent again", async (t) => {
  const { client, left } = await scripted(t, 503, "cut", 429);
  await client.me();
  assert.deepEqual(left, []);
});

test("a post is sent again after 429 only", async (t) => {
  const { client, left } = await scripted(t, 429, 200, 503, "cut", 200);
  await client.sendOtp("+919888888888");
  await assert.rejects(client.sendOtp("+919888888888"), refused(503, /^told to say 503$/));
  await assert.rejects(client.sendOtp("+919888888888"), TypeError);
  assert.deepEqual(left, [200]);
});

test("a guess is sent once", async (t) => {
  const { client, left } = await scripted(t, 429, 200);
  await assert.rejects(client.loginWithPassword("somebody", "correct horse"), refused(429, /^told to say 429$/));
  assert.deepEqual(left, [200]);
});

test("giving up, and being told to", async (t) => {
  const { client, left } = await scripted(t, 503, 503, 503, 503, 503);
  await assert.rejects(client.me(), refused(503, /./));
  assert.deepEqual(left, [503]);
  const stopped = AbortSignal.abort();
  await assert.rejects(client.api.GET("/api/auth/v1/users/me", { signal: stopped }), { name: "AbortError" });
});

test("the third wrong code ends the login", async (t) => {
  const { client, left } = await scripted(t, 200, 401, 401, 401, 200);
  const attempts: number[] = [];
  const login = client.login("a@example.com", async ({ attempt }) => String(attempts.push(attempt)));
  await assert.rejects(login, refused(401, /./));
  assert.deepEqual([attempts, left], [[1, 2, 3], [200]]);
});

test("what the callback throws ends the login", async (t) => {
  const { client } = await scripted(t, 200);
  const left = new Error("went away");
  await assert.rejects(client.login("a@example.com", async () => { throw left; }), left);
});
