import type { Home } from '../../store/home.ts';
import { checkpointsOf, listSeals, logCheckpoints } from '../../store/seals.ts';
import { CheckpointFolder } from '../../store/seals-checkpoints.ts';
import { hasReceiptSignatures } from '../purge/receipt-files.ts';
import type { SealLog } from './read-log.ts';

/** Whether anything here is signed, or was: then what is not has lost its signature, or was put there by somebody without a key. */
export function wasSigned(home: Home, log: SealLog): boolean {
  if (hasReceiptSignatures(home) || log.whole.hasKeys || new CheckpointFolder(logCheckpoints(home)).hasSignatures())
    return true;
  return listSeals(home).some((id) => new CheckpointFolder(checkpointsOf(home, id)).hasSignatures());
}
