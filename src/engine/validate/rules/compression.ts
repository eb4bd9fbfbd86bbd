import { hasChecksum, isFrameStart } from '../../../format/zstd-frames.ts';
import type { RolloutFile } from '../../../store/rollout-file.ts';
import { type Report, wholeFile } from '../check.ts';

/** WRONG-EXT, ZSTD-NO-CHECKSUM: what the first bytes of the file tell. */
export async function checkCompression(rollout: RolloutFile, file: string | null, report: Report): Promise<void> {
  const { content } = rollout;
  if (file !== null && rollout.identity.size > 0) {
    const named = file.endsWith('.zst');
    if (content === 'plain' && named)
      report('WRONG-EXT', wholeFile, 'the name says zstd, but the file is not compressed');
    if (content === 'zstd' && !named)
      report('WRONG-EXT', wholeFile, 'the file is compressed with zstd, but its name does not end in .zst');
  }
  if (content === 'zstd' && (await lacksChecksum(rollout))) {
    report(
      'ZSTD-NO-CHECKSUM',
      wholeFile,
      'the zstd frame carries no checksum: without a seal, a changed byte may go unnoticed',
    );
  }
}

/** ZSTD-TRUNCATED, -TRAILING, -WINDOW, -UNSUPPORTED, -DAMAGED: what became known when the content was read. */
export function reportDecodingDamage(rollout: RolloutFile, report: Report): void {
  const { damage } = rollout;
  if (damage) report(damage.rule, wholeFile, `${damage.message} (byte ${damage.offset} of the compressed file)`);
}

/** Of the first frame with data; the frames of one file are made alike. */
async function lacksChecksum(rollout: RolloutFile): Promise<boolean> {
  let offset = 0;
  for (let frames = 0; frames < MOST_SKIPPED; frames++) {
    const header = await rollout.stored(offset, HEADER_BYTES);
    const checksum = hasChecksum(header);
    if (checksum !== null) return !checksum;
    if (header.length < HEADER_BYTES || !isFrameStart(header)) return false;
    offset += HEADER_BYTES + header.readUInt32LE(4);
  }
  return false;
}

/** Magic number and size of a skippable frame; a data frame's flags are the fifth byte. */
const HEADER_BYTES = 8;
const MOST_SKIPPED = 1000;
