import createClient, { type Client } from "openapi-fetch";
import { enter, type AskCode } from "./code.js";
import type { paths } from "./schema.js";
import { ApiError, isGuess, read, retrying, type ClientOptions, type Send } from "./transport.js";

/** Paths that take the access token; logging out needs no fresh one. */
const guarded = /\/web\/auth\/(otp|password|email|phone|logout)$/;
const loggingOut = /\/web\/auth\/logout$/;

/** The nature of a code that logs in. */
const webLogin = 6;

/** Seconds before its end at which an access token is replaced. */
const margin = 10;

/**
 * Arita One's Web User Auth API. The access token lives 15 minutes; a refresh token gets the next one, in a browser by a
 * cookie that no script can read, elsewhere from this client, which keeps it. Calls that need a token are sent with one that
 * still lives: any number of them share one refresh.
 */
export class AritaClient {
  readonly api: Client<paths>;
  accessToken: string | undefined;
  /** The refresh token outside of browsers; a new one after each refresh. Keep it where the app keeps secrets. */
  refreshToken: string | undefined;
  readonly #send: Send;
  #refreshing: Promise<string> | undefined;

  constructor(options: ClientOptions) {
    this.#send = retrying(options);
    this.api = createClient<paths>({ baseUrl: options.baseUrl, fetch: (request) => this.#guard(request), credentials: "include" });
  }

  /** Logs in by a mail address and a password. */
  async loginWithPassword(email: string, password: string): Promise<void> {
    const { data } = await read(this.api.POST("/web/auth/login", { body: { email, password } }));
    this.accessToken = data[0]?.accessToken;
  }

  /** Sends a code to a mail address or a phone number, asks for it, and logs in. */
  async login(loginID: string, ask: AskCode): Promise<void> {
    const { data } = await read(this.api.POST("/web/auth/otp", { body: { nature: webLogin, loginID } }));
    const { otpToken } = data;
    const verify = (otp: string) => read(this.api.POST("/web/auth/login/verify", { body: { otp, otpToken } }));
    const entered = await enter(loginID, ask, verify, ({ status }) => status === 401);
    this.accessToken = entered.data.accessToken;
  }

  /** Gets a new access token, once for all who ask at the same time. Call it when a page opens. */
  refresh(): Promise<string> {
    this.#refreshing ??= this.#refresh().finally(() => (this.#refreshing = undefined));
    return this.#refreshing;
  }

  /** Ends the session. */
  async logout(): Promise<void> {
    await read(this.api.DELETE("/web/auth/logout"));
    this.accessToken = this.refreshToken = undefined;
  }

  async #refresh(): Promise<string> {
    try {
      const { data } = await read(this.api.GET("/web/auth/refresh"));
      return (this.accessToken = data[0]?.accessToken ?? "");
    } catch (failure) {
      // Any other failure says nothing about the session, and the next call may have more luck.
      if (failure instanceof ApiError && failure.status === 401) this.accessToken = undefined;
      throw failure;
    }
  }

  /** Sends a request with the access token, after a refresh where that is due. A guess is not repeated after a 401. */
  async #guard(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (!guarded.test(pathname) || request.headers.has("Authorization")) return this.#keepCookie(request);
    // Whoever began a refresh hears why it failed.
    await this.#refreshing?.catch(() => undefined);
    const leaving = loggingOut.test(pathname);
    const token = leaving ? this.accessToken : await this.#freshToken();
    if (!token) return this.#keepCookie(request);
    const reply = await this.#keepCookie(bearing(request, token));
    if (reply.status !== 401 || leaving || (await isGuess(request))) return reply;
    await reply.body?.cancel();
    // Another request may have got a new token meanwhile.
    const next = this.accessToken && this.accessToken !== token ? this.accessToken : await this.refresh();
    return this.#keepCookie(bearing(request, next));
  }

  /** An access token that still lives; undefined where nobody is logged in. */
  async #freshToken(): Promise<string | undefined> {
    if (!this.accessToken || secondsLeft(this.accessToken) > margin) return this.accessToken;
    return this.refresh();
  }

  /** Does what a browser does with the one cookie. In a browser neither header can be seen or set, and so nothing happens. */
  async #keepCookie(request: Request): Promise<Response> {
    if (this.refreshToken) request.headers.set("Cookie", `refreshToken=${this.refreshToken}`);
    const reply = await this.#send(request);
    for (const cookie of reply.headers.getSetCookie()) {
      const value = /^refreshToken=([^;]*)/.exec(cookie)?.[1];
      if (value !== undefined) this.refreshToken = value || undefined;
    }
    return reply;
  }
}

function bearing(request: Request, token: string): Request {
  const sent = request.clone();
  sent.headers.set("Authorization", `Bearer ${token}`);
  return sent;
}

/** How long a JWT is good for; 0 when it cannot be read. */
function secondsLeft(token: string): number {
  try {
    const claims = JSON.parse(atob((token.split(".")[1] ?? "").replace(/-/g, "+").replace(/_/g, "/")));
    return claims.exp - Date.now() / 1000;
  } catch {
    return 0;
  }
}
