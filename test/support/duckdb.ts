import { DuckDBInstance } from '@duckdb/node-api';
import type { Json } from './json.ts';

/** What DuckDB answers: integers as bigint, times with their microseconds. */
export async function queryParquet(query: string): Promise<Json[]> {
  const database = await DuckDBInstance.create(':memory:');
  const connection = await database.connect();
  try {
    return (await connection.runAndReadAll(query)).getRowObjects() as Json[];
  } finally {
    connection.closeSync();
  }
}
