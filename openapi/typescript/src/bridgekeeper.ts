import createClient, { type Client } from "openapi-fetch";
import { enter, type AskCode } from "./code.js";
import type { CurrentUserReply, LoginReply, LoginRequest, paths } from "./schema.js";
import { read, retrying, type ClientOptions } from "./transport.js";

/**
 * Quintype's Bridgekeeper. A browser keeps the session in a cookie that no script can read; elsewhere the client keeps it and
 * sends it as `x-qt-auth`.
 */
export class BridgekeeperClient {
  readonly api: Client<paths>;
  /** The session outside of browsers. Keep it where the app keeps secrets, and put it back after a restart. */
  session: string | undefined;

  constructor(options: ClientOptions) {
    this.api = createClient<paths>({ baseUrl: options.baseUrl, fetch: retrying(options), credentials: "include" });
    this.api.use({
      onRequest: ({ request }) => {
        if (this.session) request.headers.set("x-qt-auth", this.session);
      },
      onResponse: ({ response }) => {
        const session = response.headers.get("x-qt-auth");
        if (session && typeof document === "undefined") this.session = session;
      },
    });
  }

  /** Sends a code to a mail address or a phone number; with signUp also to one without an account. */
  async sendOtp(contact: string, { signUp = false } = {}): Promise<void> {
    await read(this.api.POST("/api/auth/v1/users/send-otp", { body: { ...named(contact), "always-send": signUp } }));
  }

  /** Sends a code, asks for it, and logs in; with signUp a new contact gets an account. */
  async login(contact: string, ask: AskCode, { signUp = false } = {}): Promise<LoginReply> {
    await this.sendOtp(contact, { signUp });
    const verify = (otp: string) => this.#enter({ ...named(contact), otp, "auto-signup": signUp });
    return enter(contact, ask, verify, ({ status }) => status === 401);
  }

  /** Logs in by a user name or mail address and a password. */
  loginWithPassword(username: string, password: string): Promise<LoginReply> {
    return this.#enter({ username, password });
  }

  /** The user who is logged in. */
  me(): Promise<CurrentUserReply> {
    return read(this.api.GET("/api/auth/v1/users/me"));
  }

  /** Ends the session. */
  async logout(): Promise<void> {
    await read(this.api.GET("/api/auth/v1/logout"));
    this.session = undefined;
  }

  #enter(body: LoginRequest): Promise<LoginReply> {
    this.session = undefined;
    return read(this.api.POST("/api/auth/v1/login", { body }));
  }
}

function named(contact: string): { email: string } | { "phone-number": string } {
  return contact.includes("@") ? { email: contact } : { "phone-number": contact };
}
