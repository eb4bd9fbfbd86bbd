import { expect, it } from 'vitest';
import { namedModels } from '../../../src/runner/config/named-models.ts';
import { makeFolder, TestHome } from '../../builders.ts';

it('finds the models that a configuration names, each once', async () => {
  const home = new TestHome(makeFolder());
  expect(await namedModels(home.path)).toEqual([]);
  home.write(
    'config.toml',
    `model = "first"
[profiles.fast]
model = "quick"
[profiles.same]
model = "first"
[profiles.none]
sandbox_mode = "read-only"
[profiles.wrong]
model = 7
`,
  );
  expect(await namedModels(home.path)).toEqual(['first', 'quick']);
  home.write('config.toml', 'profiles = "none"');
  expect(await namedModels(home.path)).toEqual([]);
  home.write('config.toml', 'model =');
  await expect(namedModels(home.path)).rejects.toThrow('not TOML');
});
