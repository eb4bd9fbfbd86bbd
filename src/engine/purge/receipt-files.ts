import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, readdirSync, readFileSync } from 'node:fs';
import { Failure } from '../../base/failure.ts';
import { isMissingFile } from '../../base/system-error.ts';
import { isObject } from '../../format/record.ts';
import { hasRepeatedKey } from '../../format/repeated-key.ts';
import { openFolderIn } from '../../store/folder-handle.ts';
import type { Home } from '../../store/home.ts';
import { openIn } from '../../store/home-acts.ts';
import { writeOwnFile } from '../../store/own-file.ts';
import { OWN_FOLDER } from '../../store/store-lock.ts';
import type { DeletionReceipt } from './receipt.ts';

/** A receipt as it is stored. */
export interface StoredReceipt {
  text: string;
  /** Of the bytes, in hex. */
  sha256: string;
}

/** Relative to the home. */
export function receiptPath(tx: string): string {
  return `${RECEIPTS}/${tx}.json`;
}

/** Null where there is none. @throws Failure `refused` for something that is no file */
export function readReceipt(home: Home, tx: string): StoredReceipt | null {
  const bytes = read(home, receiptPath(tx));
  return bytes && { text: bytes.toString('utf8'), sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** Null for a text that is no receipt. */
export function parseReceipt(text: string): DeletionReceipt | null {
  try {
    const value: unknown = JSON.parse(text);
    if (hasRepeatedKey(text)) return null;
    if (!isObject(value) || value.schema !== 'sessions.deletion-receipt/1') return null;
    return Array.isArray(value.sessions) && Array.isArray(value.checks) ? (value as unknown as DeletionReceipt) : null;
  } catch {
    return null;
  }
}

/** The armoured signature of a receipt; null where there is none. */
export function readReceiptSignature(home: Home, tx: string): string | null {
  return read(home, signaturePath(tx))?.toString('latin1') ?? null;
}

/** Call it under the store lock. @throws Failure `refused` where there is one */
export function writeReceiptSignature(home: Home, tx: string, signature: string): void {
  writeOwnFile(home, signaturePath(tx), signature, { replace: false });
}

/** The transactions that have a receipt here, whatever it holds, sorted. */
export function listReceipts(home: Home): string[] {
  const names = namesOfReceipts(home).filter((name) => name.endsWith('.json'));
  return names.map((name) => name.slice(0, -'.json'.length)).sort();
}

/** Whether any receipt was ever signed here, be it there still or not. */
export function hasReceiptSignatures(home: Home): boolean {
  return namesOfReceipts(home).some((name) => name.endsWith('.sig'));
}

function namesOfReceipts(home: Home): string[] {
  try {
    const folder = openFolderIn(home, RECEIPTS);
    try {
      return readdirSync(folder.self);
    } finally {
      folder.close();
    }
  } catch (error) {
    if (isMissingFile(error)) return [];
    throw error;
  }
}

function read(home: Home, path: string): Buffer | null {
  let descriptor: number;
  try {
    descriptor = openIn(home, path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (isMissingFile(error)) return null;
    throw error;
  }
  try {
    if (fstatSync(descriptor).isFile()) return readFileSync(descriptor);
    throw new Failure('refused', 'is not a regular file', { file: `${home.path}/${path}` });
  } finally {
    closeSync(descriptor);
  }
}

function signaturePath(tx: string): string {
  return `${receiptPath(tx)}.sig`;
}

const RECEIPTS = `${OWN_FOLDER}/receipts`;
