import { type ArgumentSchema, readArguments } from '../read-arguments.ts';
import type { Tool } from '../tool.ts';
import { imageKind } from './image-kind.ts';
import { openRegular } from './open-regular.ts';

const schema: ArgumentSchema = {
  type: 'object',
  properties: { path: { type: 'string', description: 'The file: PNG, JPEG, GIF or WebP.' } },
  required: ['path'],
  additionalProperties: false,
};

const largestImage = 10 * 1024 * 1024;

/** Shows the model an image of the disk. */
export const viewImage: Tool = {
  spec: { name: 'view_image', description: 'Shows you an image file (PNG, JPEG, GIF, WebP).', parameters: schema },
  hasSideEffects: false,
  async run({ argumentsText }, context) {
    const read = readArguments(argumentsText, schema);
    if ('problem' in read) return { output: read.problem, status: 'failed' };
    const { path } = read.values as { path: string };
    const opened = await openRegular(path, context);
    if ('problem' in opened) return { output: opened.problem, status: 'failed' };
    try {
      if (opened.size > largestImage) return { output: `err: ${path}: is larger than 10 MiB`, status: 'failed' };
      const bytes = Buffer.alloc(opened.size);
      const { bytesRead } = await opened.file.read(bytes, 0, bytes.length, 0);
      const kind = imageKind(bytes.subarray(0, bytesRead));
      if (!kind) return { output: `err: ${path}: is no PNG, JPEG, GIF or WebP image`, status: 'failed' };
      const url = `data:${kind};base64,${bytes.subarray(0, bytesRead).toString('base64')}`;
      return { output: [{ type: 'input_image', image_url: url }], status: 'completed' };
    } finally {
      await opened.close();
    }
  },
};
