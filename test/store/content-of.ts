/** All content of something that is read block by block. The blocks are copied, because they are reused. */
export async function contentOf(source: { blocks(from?: number): AsyncIterable<Buffer> }, from = 0): Promise<Buffer> {
  const blocks: Buffer[] = [];
  for await (const block of source.blocks(from)) blocks.push(Buffer.from(block));
  return Buffer.concat(blocks);
}
