/** The `config.toml` with which Codex asks a model at this address, and nobody else. */
export function codexConfig(url: string, model = 'gpt-5.1-codex'): string {
  return `model = "${model}"
model_provider = "mock"

[model_providers.mock]
name = "mock"
base_url = "${url}"
wire_api = "responses"
env_key = "MOCK_KEY"
request_max_retries = 0
stream_max_retries = 0
`;
}
