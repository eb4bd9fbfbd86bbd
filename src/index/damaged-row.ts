/** Something that is stored in the index is not what was written: the index is damaged. */
export class DamagedRow extends Error {
  constructor() {
    super('a row of the index is damaged');
  }
}
