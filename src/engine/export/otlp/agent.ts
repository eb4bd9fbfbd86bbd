import { objectOf, textOf } from '../../../model/fields.ts';
import type { Attributes } from './span.ts';

/** Who ran a session, as its first record says. */
export class Agent {
  /** What the whole trace is of. */
  service = 'codex';
  version: string | null = null;
  provider: string | null = null;
  name: string | null = null;
  /** Sessions that this one goes back to, and how. */
  readonly origins = new Map<string, 'forked_from' | 'spawned_by'>();
  #isKnown = false;

  /** @param recorded the content of a `SessionMeta` event of its own */
  learn(recorded: unknown): void {
    if (this.#isKnown) return;
    this.#isKnown = true;
    const meta = objectOf(recorded);
    this.service = textOf(meta.originator) ?? this.service;
    this.version = textOf(meta.cli_version);
    this.provider = textOf(meta.model_provider);
    this.name = textOf(meta.agent_nickname);
    const spawn = objectOf(objectOf(objectOf(meta.source).subagent).thread_spawn);
    const [fork, parent] = [meta.forked_from_id, meta.parent_thread_id ?? spawn.parent_thread_id];
    if (typeof parent === 'string') this.origins.set(parent, 'spawned_by');
    if (typeof fork === 'string') this.origins.set(fork, 'forked_from');
  }

  get label(): string {
    return this.name ?? this.service;
  }

  /** What every span of the session has. */
  attributes(threadId: string | null): Attributes {
    return {
      'gen_ai.provider.name': wellKnown[this.provider ?? ''] ?? this.provider ?? '_OTHER',
      'gen_ai.conversation.id': threadId,
    };
  }
}

/** Names of the conventions for what Codex calls otherwise. */
const wellKnown: { [provider: string]: string } = { azure: 'azure.ai.openai', 'amazon-bedrock': 'aws.bedrock' };
