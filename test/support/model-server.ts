import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Json } from './json.ts';

/** What a test server does with one request; the answer is in its hands, down to the socket. */
export type Act = (exchange: Exchange) => void | Promise<void>;

export interface Exchange {
  request: SeenRequest;
  response: ServerResponse;
  socket: Socket;
}

export interface SeenRequest {
  url: string;
  headers: IncomingHttpHeaders;
  body: Json;
}

export interface ModelServer {
  /** Without a slash at its end. */
  url: string;
  /** The requests so far. */
  requests: SeenRequest[];
  /** Connections that there have been. */
  connections(): number;
  /** Requests that are not answered to the end, and whose connection is open. */
  openRequests(): number;
  close(): Promise<void>;
}

/** A model server on loopback. The n-th request gets the n-th act, and those after the last one get the last again. */
export async function startModelServer(...acts: Act[]): Promise<ModelServer> {
  const requests: SeenRequest[] = [];
  const sockets = new Set<Socket>();
  const open = new Set<ServerResponse>();
  let connections = 0;
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    open.add(response);
    response.on('close', () => open.delete(response));
    incoming.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString());
      const request = { url: incoming.url ?? '', headers: incoming.headers, body };
      const act = acts[Math.min(requests.push(request), acts.length) - 1];
      Promise.resolve(act?.({ request, response, socket: incoming.socket })).catch(() => response.destroy());
    });
  });
  server.on('connection', (socket) => {
    connections++;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    connections: () => connections,
    openRequests: () => open.size,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** The text of one server-sent event; a text is sent as it is. */
export function sse(data: object | string): string {
  return `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;
}

export function beginStream(response: ServerResponse, type: string | null = 'text/event-stream'): void {
  response.writeHead(200, type === null ? {} : { 'content-type': type });
}

/** Answers with these events, and ends. */
export function events(...data: (object | string)[]): Act {
  return ({ response }) => {
    beginStream(response);
    response.end(data.map(sse).join(''));
  };
}

/** Answers with these bytes as the stream, each chunk in a packet of its own. */
export function bytes(...chunks: (Uint8Array | string)[]): Act {
  return async ({ response }) => {
    beginStream(response);
    for (const chunk of chunks) {
      response.write(chunk);
      await new Promise((resolve) => setImmediate(resolve));
    }
    response.end();
  };
}

export function status(code: number, body: object | string = '', headers: Record<string, string> = {}): Act {
  return ({ response }) => {
    response.writeHead(code, {
      'content-type': typeof body === 'string' ? 'text/html' : 'application/json',
      ...headers,
    });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
}

/** Sends this as the beginning of a stream, and then nothing more. */
export function hangAfter(text: string): Act {
  return ({ response }) => {
    beginStream(response);
    response.flushHeaders();
    if (text !== '') response.write(text);
  };
}

/** Sends this as the beginning of a stream, and then breaks the connection. */
export function dropAfter(text: string): Act {
  return ({ response, socket }) => {
    beginStream(response);
    response.write(text);
    setTimeout(() => socket.destroy(), 50);
  };
}

/** Sends this again and again, as fast as it is taken. */
export function endless(text: string): Act {
  return ({ response }) => {
    beginStream(response);
    const more = () => {
      while (!response.destroyed && response.write(text));
    };
    response.on('drain', more);
    more();
  };
}

/** Events of the Responses API. */
export const responsesEvents = {
  delta: (delta: string) => ({ type: 'response.output_text.delta', delta }),
  item: (item: object) => ({ type: 'response.output_item.done', item }),
  message: (text: string) => ({
    type: 'response.output_item.done',
    item: { type: 'message', id: 'msg_1', role: 'assistant', content: [{ type: 'output_text', text }] },
  }),
  completed: (usage: object | null = null) => ({ type: 'response.completed', response: { id: 'resp_1', usage } }),
};

/** A chunk of chat completions. */
export function chatChunk(delta: object, finish: string | null = null): object {
  return { id: 'chatcmpl-1', choices: [{ index: 0, delta, finish_reason: finish }] };
}
