// Logs in through all four APIs with the client that swagger-typescript-api makes. Usage: node main.js ORIGIN
import assert from "node:assert/strict";
import { Api, type HttpResponse } from "./gen/api.js";

const basic = { headers: { Authorization: `Basic ${btoa("bigcity:secret123")}` } };
const bearer = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } });
const { api, web, dev } = new Api({ baseUrl: process.argv[2] ?? "" });

/** The newest code for somebody. A message may be on its way still. */
async function codeFor(to: string): Promise<string> {
  for (let tries = 0; tries < 100; tries++) {
    const { data } = await dev.listInboxMessages({ to }, { headers: { Accept: "application/json" } });
    const found = data.find(({ code }) => code);
    if (found) return found.code;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`no code for ${to}`);
}

const wrong = (code: string) => `${(Number(code[0]) + 1) % 10}${code.slice(1)}`;

/** Awaits a refusal, which the generated client throws, and answers its body. */
async function refused<D, E>(status: number, call: Promise<HttpResponse<D, E>>): Promise<E> {
  try {
    await call;
  } catch (thrown) {
    const reply = thrown as HttpResponse<D, E>;
    assert.equal(reply.status, status);
    return reply.error;
  }
  throw new Error(`not refused with ${status}`);
}

async function bigCity() {
  const customer_id = "CUST12345";
  const { data: { reference_id } } = await api.generateOtp({ customer_id }, basic);
  const otp = await codeFor("+919800000045");
  const failure = await refused(422, api.verifyOtp({ customer_id, reference_id, otp: wrong(otp) }, basic));
  assert.equal(failure.message, "Invalid OTP");
  const { data } = await api.verifyOtp({ customer_id, reference_id, otp }, basic);
  assert.equal((await api.getCustomerPoints({ customer_id }, bearer(data.token))).data.balance_points, 3500);
}

async function goodCity() {
  const mobile = "+85261677528";
  const { data: { otp_auth_key } } = await api.sendPin({ mobile });
  const pin = await codeFor(mobile);
  await refused(422, api.verifyPin({ otp_auth_key, pin: wrong(pin) }));
  const { data } = await api.verifyPin({ otp_auth_key, pin });
  assert.equal((await api.getCurrentUserProfile(bearer(data.jwt_token))).data.user_profile.mobile, "61677528");
}

/** The cookie that goes back. */
const cookie = ({ headers }: Response) => ({ headers: { Cookie: (headers.get("Set-Cookie") ?? "").split(";")[0] ?? "" } });

async function arita() {
  const loginID = "test@aritaone.com";
  const { data: { data: { otpToken } } } = await web.sendOtp({ nature: 6, loginID });
  const otp = await codeFor(loginID);
  assert.equal((await refused(401, web.verifyLoginOtp({ otp: wrong(otp), otpToken }))).data, null);
  const refreshed = await web.refreshAccessToken(cookie(await web.verifyLoginOtp({ otp, otpToken })));
  await web.logoutWebUser(bearer(refreshed.data.data[0]?.accessToken ?? ""));
  await refused(401, web.refreshAccessToken(cookie(refreshed)));
}

async function bridgekeeper() {
  const contact = { "phone-number": "+919888888888" };
  await api.sendUserOtp(contact);
  const otp = await codeFor(contact["phone-number"]);
  const failure = await refused(401, api.loginUser({ ...contact, otp: wrong(otp) }));
  assert.equal(failure.error.message, "OTP did not match");
  const entered = await api.loginUser({ ...contact, otp });
  const session = { headers: { "x-qt-auth": entered.headers.get("x-qt-auth") ?? "" } };
  assert.equal((await api.getCurrentUser(session)).data.user.id, entered.data.user.id);
  await api.logoutUser(session);
  await refused(401, api.getCurrentUser(session));
}

for (const login of [bigCity, goodCity, arita, bridgekeeper]) {
  await login();
  console.log(`ok ${login.name.toLowerCase()}`);
}
