import createClient, { type Client } from "openapi-fetch";
import { enter, type AskCode } from "./code.js";
import type { CustomerPointsReply, GenerateOtpReply, VerifyOtpReply, paths } from "./schema.js";
import { read, retrying, type ClientOptions } from "./transport.js";

export interface BigCityOptions extends ClientOptions {
  /** Credentials of the calling server; they do not belong into a browser. */
  username: string;
  password: string;
}

/** BigCity's Client API, called by a server for one of its customers. Make one for each customer. */
export class BigCityClient {
  readonly api: Client<paths>;
  /** The customer's token once logged in. */
  token: string | undefined;
  readonly #basic: string;

  constructor(options: BigCityOptions) {
    this.api = createClient<paths>({ baseUrl: options.baseUrl, fetch: retrying(options) });
    const utf8 = new TextEncoder().encode(`${options.username}:${options.password}`);
    this.#basic = `Basic ${btoa(String.fromCharCode(...utf8))}`;
  }

  /** Sends the customer a code. Keep the `reference_id`. */
  generateOtp(customerId: string): Promise<GenerateOtpReply> {
    const headers = { Authorization: this.#basic };
    return read(this.api.POST("/api/v1/auth/generate-otp", { headers, body: { customer_id: customerId } }));
  }

  /** Exchanges a code for the token and the points. */
  async verifyOtp(customerId: string, referenceId: string, otp: string): Promise<VerifyOtpReply> {
    const headers = { Authorization: this.#basic };
    const body = { customer_id: customerId, reference_id: referenceId, otp };
    const reply = await read(this.api.POST("/api/v1/auth/verify-otp", { headers, body }));
    this.token = reply.token;
    return reply;
  }

  /** Sends a code, asks for it, and logs the customer in. */
  async login(customerId: string, ask: AskCode): Promise<VerifyOtpReply> {
    const { reference_id } = await this.generateOtp(customerId);
    const verify = (otp: string) => this.verifyOtp(customerId, reference_id, otp);
    return enter(customerId, ask, verify, ({ status, message }) => status === 422 && message === "Invalid OTP");
  }

  /** The points of the customer who is logged in. */
  points(customerId: string): Promise<CustomerPointsReply> {
    const params = { query: { customer_id: customerId } };
    return read(this.api.GET("/api/v1/customer/points", { params, headers: { Authorization: `Bearer ${this.token ?? ""}` } }));
  }
}
