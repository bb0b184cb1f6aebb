import { ApiError } from "./transport.js";

/** What a person is asked. */
export interface CodePrompt {
  /** Where the code went, or the customer ID whose number got it. */
  to: string;
  /** 1, and one more after each wrong code. */
  attempt: number;
  /** Why the code before was refused; undefined the first time. */
  failure: ApiError | undefined;
}

/** Answers the code that a person typed. Whatever it throws ends the login. */
export type AskCode = (prompt: CodePrompt) => Promise<string>;

/** A server with the usual settings takes three guesses. */
const guesses = 3;

/** Asks for a code until one is right. The third refusal is thrown, and so is everything that is not about a wrong code. */
export async function enter<T>(
  to: string,
  ask: AskCode,
  verify: (code: string) => Promise<T>,
  isWrong: (refused: ApiError) => boolean,
): Promise<T> {
  let failure: ApiError | undefined;
  for (let attempt = 1; ; attempt++) {
    const code = (await ask({ to, attempt, failure })).trim();
    try {
      return await verify(code);
    } catch (refused) {
      if (!(refused instanceof ApiError) || !isWrong(refused) || attempt === guesses) throw refused;
      failure = refused;
    }
  }
}
