import createClient, { type Client } from "openapi-fetch";
import { enter, type AskCode } from "./code.js";
import type { GoodCityUser, VerifyPinReply, paths } from "./schema.js";
import { read, retrying, type ClientOptions } from "./transport.js";

export interface GoodCityOptions extends ClientOptions {
  /** The calling app; the donor app unless set. */
  app?: "app.goodcity" | "admin.goodcity" | "stock.goodcity" | "browse.goodcity" | "settings_editor.goodcity";
  /** Language of texts for people, such as `zh-tw`; the runtime's own unless set. */
  language?: string;
}

/** GoodCity's pins. */
export class GoodCityClient {
  readonly api: Client<paths>;
  /** The JWT once logged in. Keep it where the app keeps secrets, and put it back after a restart. */
  token: string | undefined;

  constructor(options: GoodCityOptions) {
    const headers = { "X-GOODCITY-APP-NAME": options.app, "Accept-Language": options.language };
    this.api = createClient<paths>({ baseUrl: options.baseUrl, fetch: retrying(options), headers });
    this.api.use({
      onRequest: ({ request }) => {
        if (this.token && !request.headers.has("Authorization")) request.headers.set("Authorization", `Bearer ${this.token}`);
      },
    });
  }

  /** Sends a pin and answers the key that goes back with it. With signUp a new number gets an account first. */
  async sendPin(mobile: string, { signUp = false } = {}): Promise<string> {
    const path = signUp ? "/api/v1/auth/signup_and_send_pin" : "/api/v1/auth/send_pin";
    return (await read(this.api.POST(path, { body: { mobile } }))).otp_auth_key;
  }

  /** Exchanges a pin for a token. */
  async verify(otpAuthKey: string, pin: string): Promise<VerifyPinReply> {
    const reply = await read(this.api.POST("/api/v1/auth/verify", { body: { otp_auth_key: otpAuthKey, pin } }));
    this.token = reply.jwt_token;
    return reply;
  }

  /** Sends a pin, asks for it, and logs in. */
  async login(mobile: string, ask: AskCode, options?: { signUp?: boolean }): Promise<VerifyPinReply> {
    const key = await this.sendPin(mobile, options);
    // With a Retry-After the 422 is about too many pins: even the right one is refused until then.
    return enter(mobile, ask, (pin) => this.verify(key, pin), ({ status, retryAfter }) => status === 422 && retryAfter === undefined);
  }

  /** The user who is logged in. */
  profile(): Promise<GoodCityUser> {
    return read(this.api.GET("/api/v1/auth/current_user_profile"));
  }
}
