/** A provider as a table `model_providers.NAME` of the configuration has it, with the keys that Codex gives it. */
export interface ProviderConfig {
  /** The key of the table. */
  name: string;
  /** `responses`, `chat`, `scripted` with `script`, or `recorded` with `session`. */
  wire_api: string;
  base_url?: string | undefined;
  /** Name of the environment variable that has the key. */
  env_key?: string | undefined;
  /** How a user comes by the key; shown when it is missing. */
  env_key_instructions?: string | undefined;
  experimental_bearer_token?: string | undefined;
  /** Takes the key of OpenAI: `OPENAI_API_KEY`, else what `auth.json` of the home has. */
  requires_openai_auth?: boolean | undefined;
  http_headers?: Readonly<Record<string, string>> | undefined;
  /** Names of headers, and of the environment variables that have their values. */
  env_http_headers?: Readonly<Record<string, string>> | undefined;
  query_params?: Readonly<Record<string, string>> | undefined;
  /** How often a request is sent again that the server did not begin to answer; 4 when absent. */
  request_max_retries?: number | undefined;
  /** How often an answer is asked for again that broke off; 5 when absent. */
  stream_max_retries?: number | undefined;
  /** How long to wait for the next event; 300,000 when absent. */
  stream_idle_timeout_ms?: number | undefined;
  /** Absolute path of the file that a scripted provider plays. */
  script?: string | undefined;
  /** The session whose answers a recorded provider plays, as users name it. */
  session?: string | undefined;
  /** The turn of it to begin with; 1 when absent. */
  from_turn?: number | undefined;
}
