export default {
  input: "openapi.json",
  output: { path: "gen", importFileExtension: ".js" }, // which Node's own modules want
};
