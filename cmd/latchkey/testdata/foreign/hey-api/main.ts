// Logs in through all four APIs with the client that @hey-api/openapi-ts makes. Usage: node main.js ORIGIN
import assert from "node:assert/strict";
import { client } from "./gen/client.gen.js";
import {
  generateOtp, getCurrentUser, getCurrentUserProfile, getCustomerPoints, listInboxMessages, loginUser, logoutUser, logoutWebUser,
  refreshAccessToken, sendOtp, sendPin, sendUserOtp, verifyLoginOtp, verifyOtp, verifyPin,
} from "./gen/index.js";

const tokens: { bearer?: string; "qt-auth"?: string; refreshToken?: string } = {};
client.setConfig({
  baseUrl: process.argv[2] ?? "",
  auth: ({ scheme, name }) => {
    if (scheme === "basic") return "bigcity:secret123";
    if (scheme === "bearer") return tokens.bearer;
    return name === "refreshToken" ? tokens.refreshToken : name === "qt-auth" ? tokens["qt-auth"] : undefined;
  },
});

/** The newest code for somebody. A message may be on its way still. */
async function codeFor(to: string): Promise<string> {
  for (let tries = 0; tries < 100; tries++) {
    const { data } = await listInboxMessages({ query: { to }, headers: { Accept: "application/json" }, throwOnError: true });
    assert.ok(Array.isArray(data));
    const found = data.find(({ code }) => code);
    if (found) return found.code;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`no code for ${to}`);
}

const wrong = (code: string) => `${(Number(code[0]) + 1) % 10}${code.slice(1)}`;

async function bigCity() {
  const customer_id = "CUST12345";
  const { data: sent } = await generateOtp({ body: { customer_id }, throwOnError: true });
  const otp = await codeFor("+919800000045");
  const refused = await verifyOtp({ body: { customer_id, reference_id: sent.reference_id, otp: wrong(otp) } });
  assert.deepEqual([refused.response.status, refused.error?.message], [422, "Invalid OTP"]);
  const { data } = await verifyOtp({ body: { customer_id, reference_id: sent.reference_id, otp }, throwOnError: true });
  tokens.bearer = data.token;
  assert.equal((await getCustomerPoints({ query: { customer_id }, throwOnError: true })).data.balance_points, 3500);
}

async function goodCity() {
  const mobile = "+85261677528";
  const { data: { otp_auth_key } } = await sendPin({ body: { mobile }, throwOnError: true });
  const pin = await codeFor(mobile);
  assert.equal((await verifyPin({ body: { otp_auth_key, pin: wrong(pin) } })).response.status, 422);
  const { data } = await verifyPin({ body: { otp_auth_key, pin }, throwOnError: true });
  tokens.bearer = data.jwt_token;
  assert.equal((await getCurrentUserProfile({ throwOnError: true })).data.user_profile.mobile, "61677528");
}

/** Does what a browser does with the one cookie. */
function keep({ response }: { response: Response }): void {
  tokens.refreshToken = /^refreshToken=([^;]*)/.exec(response.headers.get("Set-Cookie") ?? "")?.[1];
}

async function arita() {
  const loginID = "test@aritaone.com";
  delete tokens.bearer;
  const { data: { data: { otpToken } } } = await sendOtp({ body: { nature: 6, loginID }, throwOnError: true });
  const otp = await codeFor(loginID);
  const refused = await verifyLoginOtp({ body: { otp: wrong(otp), otpToken } });
  assert.deepEqual([refused.response.status, refused.error?.data], [401, null]);
  keep(await verifyLoginOtp({ body: { otp, otpToken }, throwOnError: true }));
  const refreshed = await refreshAccessToken({ throwOnError: true });
  keep(refreshed);
  tokens.bearer = refreshed.data.data[0]?.accessToken;
  await logoutWebUser({ throwOnError: true });
  assert.equal((await refreshAccessToken()).response.status, 401);
}

async function bridgekeeper() {
  const contact = { "phone-number": "+919888888888" };
  await sendUserOtp({ body: contact, throwOnError: true });
  const otp = await codeFor(contact["phone-number"]);
  const refused = await loginUser({ body: { ...contact, otp: wrong(otp) } });
  assert.deepEqual([refused.response.status, refused.error?.error.message], [401, "OTP did not match"]);
  const entered = await loginUser({ body: { ...contact, otp }, throwOnError: true });
  tokens["qt-auth"] = entered.response.headers.get("x-qt-auth") ?? "";
  assert.equal((await getCurrentUser({ throwOnError: true })).data.user.id, entered.data.user.id);
  await logoutUser({ throwOnError: true });
  assert.equal((await getCurrentUser()).response.status, 401);
}

for (const login of [bigCity, goodCity, arita, bridgekeeper]) {
  await login();
  console.log(`ok ${login.name.toLowerCase()}`);
}
