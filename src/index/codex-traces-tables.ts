import type BetterSqlite from 'better-sqlite3';

/**
 * What is known of a database of Codex by its name and number, over all versions up to 0.169. A later Codex that changes
 * a table shows by a column that is not listed here, one that adds a table or a trigger by that.
 */
export function knownTables(file: string): KnownTables | null {
  if (file === OWN_INDEX) return ownIndex;
  return Object.hasOwn(databases, file) ? (databases[file] as KnownTables) : null;
}

export type KnownTables = Readonly<Record<string, KnownTable>>;

export interface KnownTable {
  /** Every column that was ever seen. */
  columns: ReadonlySet<string>;
  /** Rows in which one of these holds an id belong to that session. */
  own: readonly string[];
  /** Texts; a row that names an id in one of them goes, too, unless it belongs to another session. */
  texts: readonly string[];
  /** Columns of rows that stay, in which an id gives way to nothing, or to the id of nobody. */
  replaced: Readonly<Record<string, 'nothing' | 'nobody'>>;
  /** Codex keeps these rows when it deletes a session, so they stay: a number that may not run backwards. */
  isKept: boolean;
}

/** Why a database is not of a version that is known; null for one that is. */
export function strangerIn(database: BetterSqlite.Database, known: KnownTables | null): string | null {
  if (!known) return 'it is not known';
  for (const { type, name, columns } of readSchema(database)) {
    if (type === 'trigger' && !triggers.has(name)) return `its trigger ${name} is not known`;
    if (type !== 'table') continue;
    const table = known[name];
    if (!table) return `its table ${name} is not known`;
    const unknown = columns.find((column) => !table.columns.has(column));
    if (unknown !== undefined) return `the column ${unknown} of its table ${name} is not known`;
  }
  return null;
}

/** Tables and triggers of a database. */
export function readSchema(database: BetterSqlite.Database): SchemaEntry[] {
  const query = "SELECT type, name FROM sqlite_schema WHERE type IN ('table', 'trigger')";
  const entries = database.prepare(query).all() as { type: 'table' | 'trigger'; name: string }[];
  const ofTable = database.prepare('SELECT name FROM pragma_table_info(?)').pluck();
  return entries.map((entry) => ({
    ...entry,
    columns: entry.type === 'table' ? (ofTable.all(entry.name) as string[]) : [],
  }));
}

export interface SchemaEntry {
  type: 'table' | 'trigger';
  name: string;
  columns: string[];
}

/** A name in SQL. */
export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** File name of our own index. */
export const OWN_INDEX = 'state.db';

/** Stands where an id must not stay and nothing cannot. */
export const NOBODY = '00000000-0000-0000-0000-000000000000';

function table(columns: string, kinds: Partial<Omit<KnownTable, 'columns'>> = {}): KnownTable {
  const names = columns.split(/\s+/);
  return { own: [], texts: [], replaced: {}, isKept: false, ...kinds, columns: new Set(names) };
}

const own = (...columns: string[]) => ({ own: columns });

const common = {
  _sqlx_migrations: table('version description installed_on success checksum execution_time'),
  sqlite_sequence: table('name seq'),
  sqlite_stat1: table('tbl idx stat'),
};

const goals = table(
  'thread_id goal_id objective status token_budget tokens_used time_used_seconds created_at_ms updated_at_ms',
  own('thread_id'),
);

const logs = table(
  `id ts ts_nanos level target message feedback_log_body module_path file line thread_id process_id process_uuid
  estimated_bytes`,
  { own: ['thread_id'], texts: ['message', 'feedback_log_body'] },
);

const memories = {
  stage1_outputs: table(
    `thread_id source_updated_at raw_memory rollout_summary rollout_slug generated_at usage_count last_usage
    selected_for_phase2 selected_for_phase2_source_updated_at`,
    own('thread_id'),
  ),
  jobs: table(
    `kind job_key status worker_id ownership_token started_at finished_at lease_until retry_at retry_remaining last_error
    input_watermark last_success_watermark`,
    { own: ['job_key'], replaced: { worker_id: 'nothing' } },
  ),
};

const memoriesDatabase = { ...common, ...memories, consolidation_progress: table('singleton max_thread_count') };

const databases: Readonly<Record<string, KnownTables>> = {
  'state_5.sqlite': {
    ...common,
    ...memories,
    logs,
    thread_goals: goals,
    threads: table(
      `id rollout_path created_at updated_at source model_provider cwd title sandbox_policy approval_mode tokens_used
      has_user_event archived archived_at git_sha git_branch git_origin_url cli_version first_user_message agent_nickname
      agent_role memory_mode model reasoning_effort agent_path created_at_ms updated_at_ms thread_source preview recency_at
      recency_at_ms history_mode name is_pinned thread_section_id section_position section_entered_at_ms project_id originator
      daybreak_enabled creator_user_id creator_account_id attached_thread_parent_id`,
      { own: ['id'], replaced: { attached_thread_parent_id: 'nothing' } },
    ),
    thread_dynamic_tools: table(
      'thread_id position name description input_schema defer_loading namespace',
      own('thread_id'),
    ),
    thread_spawn_edges: table('parent_thread_id child_thread_id status', own('parent_thread_id', 'child_thread_id')),
    thread_artifacts: table('id thread_id artifact_type identity_key payload created_at', own('thread_id')),
    thread_attachments: table('id thread_id attachment_type identity_key payload created_at', own('thread_id')),
    guardian_review_feedback: table('id thread_id record', own('thread_id')),
    thread_read_receipts: table('thread_id first_unread_turn revision last_published_turn', own('thread_id')),
    backfill_state: table('id status last_watermark last_success_at updated_at', {
      // The path of a file, by which Codex knows how far it has come; its date is what counts.
      replaced: { last_watermark: 'nobody' },
    }),
    agent_jobs: table(
      `id name status instruction output_schema_json input_headers_json input_csv_path output_csv_path auto_export created_at
      updated_at started_at completed_at last_error max_runtime_seconds`,
    ),
    agent_job_items: table(
      `job_id item_id row_index source_id row_json status assigned_thread_id attempt_count result_json last_error created_at
      updated_at completed_at reported_at`,
      { replaced: { assigned_thread_id: 'nothing' } },
    ),
    remote_control_enrollments: table(
      `websocket_url account_id app_server_client_name server_id environment_id server_name updated_at
      remote_control_enabled`,
    ),
    device_key_bindings: table('key_id account_user_id client_id created_at updated_at'),
    external_agent_config_imports: table('import_id completed_at_ms successes failures provider_id'),
    thread_sections: table('id name appearance'),
    rollout_migration_state: table('migration_id last_checked_thread_created_at last_checked_thread_id updated_at', {
      replaced: { last_checked_thread_id: 'nobody' },
    }),
    rollout_migration_skipped_rollouts: table(
      'migration_id rollout_path rollout_size_bytes rollout_modified_at_ns skip_reason skipped_at',
      { texts: ['rollout_path'] },
    ),
    projects: table('id name metadata position created_at_ms updated_at_ms'),
    project_roots: table('project_id position path'),
    project_idempotency_keys: table('key project_id created_at_ms'),
  },
  'logs_1.sqlite': { ...common, logs },
  'logs_2.sqlite': { ...common, logs },
  'goals_1.sqlite': {
    ...common,
    thread_goals: goals,
    thread_goal_continuation_deferrals: table('thread_id', own('thread_id')),
  },
  'memories_1.sqlite': memoriesDatabase,
  'memories_v2_1.sqlite': memoriesDatabase,
  'queue_1.sqlite': {
    ...common,
    queued_items: table('id thread_id payload_json queue_order created_at_ms updated_at_ms', own('thread_id')),
    queued_thread_revisions: table('revision thread_id', { ...own('thread_id'), isKept: true }),
  },
  // Here a thread_id is the id of a rollout.
  'thread_history_1.sqlite': {
    ...common,
    thread_turns: table(
      `thread_id turn_id rollout_ordinal status error_json started_at completed_at duration_ms first_user_item_id
      final_agent_item_id rollout_byte_offset rollout_end_ordinal rollout_end_byte_offset root_turn_id`,
      own('thread_id'),
    ),
    thread_items: table(
      `thread_id turn_id item_id rollout_ordinal created_at_ms item_json item_type updated_at_ordinal started_at_ms
      completed_at_ms`,
      own('thread_id'),
    ),
    thread_history_projection_state: table('thread_id next_rollout_byte_offset next_rollout_ordinal', own('thread_id')),
    thread_realtime_items: table(
      'thread_id item_id rollout_ordinal created_at_ms item_type item_json',
      own('thread_id'),
    ),
  },
};

/** Our own index, which is found in by the same means; `index/forget-threads.ts` clears it. */
const ownIndex: KnownTables = {
  ...common,
  threads: table(
    `id thread_id row cwd branch model source archived created_ms updated_ms age_ms size tokens revision row_sum checksum`,
    own('thread_id'),
  ),
  files: table(
    'path folder thread_id rollout_id archived compressed dev ino size mtime_ns checksum',
    own('thread_id', 'rollout_id'),
  ),
  folders: table('path mtime_ns checksum'),
  dependencies: table('rollout_id thread_id', own('thread_id')),
  stale: table('thread_id mark', own('thread_id')),
  obstacles: table('path folder rule message checksum'),
  readings: table('thread_id kind state checksum', own('thread_id')),
  settings: table('key value', { texts: ['value'] }),
  text_files: table(
    `id path thread_id rollout_id dev ino size mtime_ns status memory_mode cwd continued state checksum`,
    own('thread_id', 'rollout_id'),
  ),
  texts: table('id field line offset turn timestamp text checksum'),
  usages: table('thread_id revision usage checksum', own('thread_id')),
  words: table('user agent tool cwd words rank'),
  words_data: table('id block'),
  words_idx: table('segid term pgno'),
  words_docsize: table('id sz origin'),
  words_config: table('k v'),
};

const triggers = new Set(
  `threads_created_at_ms_after_insert threads_updated_at_ms_after_insert threads_created_at_ms_after_update
  threads_updated_at_ms_after_update threads_recency_at_after_insert queued_items_revision_after_insert
  queued_items_revision_after_update queued_items_revision_after_delete thread_realtime_items_projection_cleanup`.split(
    /\s+/,
  ),
);
