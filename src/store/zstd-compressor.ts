import { createRequire } from 'node:module';

/** Makes one zstd frame with a checksum of content whose size is not known beforehand. */
export function createCompressor(): Compressor {
  const { zstd, context } = openContext();
  context.setParameter(zstd.CParameter.checksumFlag, 1);
  const output = Buffer.allocUnsafeSlow(OUTPUT_BYTES);
  return {
    *add(bytes) {
      for (let used = 0; used < bytes.length; ) {
        const piece = bytes.subarray(used, used + PIECE_BYTES);
        const [, produced, consumed] = context.compressStream2(output, piece, zstd.EndDirective.continue);
        used += consumed;
        if (produced > 0) yield output.subarray(0, produced);
      }
    },
    *end() {
      for (let left = 1; left > 0; ) {
        const [remaining, produced] = context.compressStream2(output, Buffer.alloc(0), zstd.EndDirective.end);
        left = remaining;
        if (produced > 0) yield output.subarray(0, produced);
      }
    },
  };
}

/** Compresses blocks, each as a zstd frame of its own. It keeps the memory that it works in. */
export function createBlockCompressor(): (bytes: Uint8Array) => Uint8Array {
  const { zstd, context } = openContext();
  let output = Buffer.alloc(0);
  return (bytes) => {
    const room = zstd.compressBound(bytes.length);
    if (room > output.length) output = Buffer.allocUnsafeSlow(room);
    // A copy, because the callers keep several.
    return Uint8Array.prototype.slice.call(output, 0, context.compress2(output, bytes));
  };
}

function openContext() {
  // Loaded when first needed, as it is native code.
  const zstd = createRequire(import.meta.url)('zstd-napi/binding.js') as typeof import('zstd-napi/binding.js');
  const context = new zstd.CCtx();
  context.setParameter(zstd.CParameter.compressionLevel, LEVEL);
  return { zstd, context };
}

/** Each piece of compressed bytes is valid until the next one is asked for. */
export interface Compressor {
  add(bytes: Uint8Array): Iterable<Uint8Array>;
  end(): Iterable<Uint8Array>;
}

const LEVEL = 3;
const PIECE_BYTES = 256 * 1024;
const OUTPUT_BYTES = 512 * 1024;
