import type { Database, Statement } from './state-db.ts';

/** The statement for this text: preparing one takes longer than running it, so each is made once for a database. */
export function prepared(database: Database, sql: string): Statement {
  let statements = made.get(database);
  if (!statements) {
    statements = new Map();
    made.set(database, statements);
  }
  let statement = statements.get(sql);
  if (!statement) {
    statement = database.prepare(sql);
    statements.set(sql, statement);
  }
  return statement;
}

const made = new WeakMap<Database, Map<string, Statement>>();
