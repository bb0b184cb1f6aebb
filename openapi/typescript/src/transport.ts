/** What every client takes. */
export interface ClientOptions {
  /** Origin of the server, such as `https://login.example.com`. */
  baseUrl: string;
  /** The longest wait before a request is sent again, in seconds. 3 unless set; 0 sends everything once. */
  maxWait?: number;
  /** Stands in for the runtime's own fetch. */
  fetch?: Send;
}

/** Sends a request. */
export type Send = (request: Request) => Promise<Response>;

/** A refusal of the server. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    /** The server's words. */
    message: string,
    /** HTTP status. */
    readonly status: number,
    /** Seconds after which the same call may succeed, where the server says so. */
    readonly retryAfter: number | undefined,
    /** The whole reply. */
    readonly body: unknown,
  ) {
    super(message);
  }
}

/** Awaits a typed call and answers its data. Every status but 2xx is thrown as an ApiError. */
export async function read<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await call;
  if (response.ok) return data as T;
  throw new ApiError(wordsOf(error) ?? `HTTP status ${response.status}`, response.status, secondsOf(response), error);
}

/** Finds the text in any of the four error shapes. */
function wordsOf(body: unknown): string | undefined {
  if (typeof body === "string") return body || undefined;
  if (typeof body !== "object" || body === null) return undefined;
  const { message, error, errors, pin } = body as Record<string, unknown>;
  return wordsOf(message) ?? wordsOf(error) ?? wordsOf(errors) ?? wordsOf(pin);
}

/** The Retry-After of a reply in seconds. The server always counts; a date, which a proxy may send, is not understood. */
function secondsOf(reply: Response): number | undefined {
  const text = reply.headers.get("Retry-After") ?? "";
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

/**
 * Whether a request carries a code, a password or the token of a mailed link. Each may count as a guess or use the token up, so
 * that it must not be sent twice.
 */
export async function isGuess(request: Request): Promise<boolean> {
  const link = new URL(request.url).pathname.endsWith("/verify-email");
  return link || /"(otp|pin|[a-zA-Z-]*password)"\s*:/i.test(await request.clone().text());
}

const attempts = 4;

/**
 * Sends a request again where that is safe: refused by 429 it has not been carried out; a GET also after 503 or a broken
 * connection. A wait that is longer than maxWait is left to the caller, who finds it in the ApiError.
 */
export function retrying(options: ClientOptions): Send {
  const send = options.fetch ?? ((request) => fetch(request));
  const maxWait = options.maxWait ?? 3;
  return async (request) => {
    const once = maxWait <= 0 || (await isGuess(request));
    for (let attempt = 1; ; attempt++) {
      const last = once || attempt === attempts;
      const backoff = 0.05 * 2 ** attempt * (1 + Math.random());
      let wait = backoff;
      try {
        const reply = await send(request.clone());
        wait = secondsOf(reply) ?? backoff;
        const again = reply.status === 429 || (reply.status === 503 && request.method === "GET");
        if (!again || last || wait > maxWait) return reply;
        await reply.body?.cancel();
      } catch (broken) {
        if (request.method !== "GET" || last || wait > maxWait || request.signal.aborted) throw broken;
      }
      await pause(wait, request.signal);
    }
  };
}

function pause(seconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", abort);
      resolve();
    }, seconds * 1000);
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
  });
}
