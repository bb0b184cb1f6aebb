/** Log people in by a Latchkey server. One class for each of its four APIs; `api` of each is the typed call of every operation. */
export { BigCityClient, type BigCityOptions } from "./bigcity.js";
export { GoodCityClient, type GoodCityOptions } from "./goodcity.js";
export { AritaClient } from "./arita.js";
export { BridgekeeperClient } from "./bridgekeeper.js";
export { ApiError, type ClientOptions } from "./transport.js";
export type { AskCode, CodePrompt } from "./code.js";
export type * from "./schema.js";
