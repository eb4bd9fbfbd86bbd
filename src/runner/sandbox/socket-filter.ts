import { Failure } from '../../base/failure.ts';

/**
 * A seccomp program for bubblewrap that lets no sockets be opened but those of a network, which is a namespace of its own where it
 * is off. A read-only file system does not keep anyone from connecting to a Unix socket, and those of Docker, tmux or D-Bus
 * would run commands outside; those of a virtual machine lead to its host. Pairs of connected sockets can be made, unless
 * they could be connected anew. io_uring, which opens
 * sockets by itself, the keys that the kernel keeps for the user, and the system calls of other architectures are refused.
 *
 * Each instruction is `struct sock_filter`: u16 code, u8 jump if true, u8 jump if false, u32 operand, little endian.
 * Numbers from linux/audit.h, asm/unistd.h and linux/seccomp.h.
 * @throws Failure `refused` on a processor whose numbers are not known here
 */
export function socketFilter(architecture: string): Uint8Array {
  const numbers = architectures[architecture];
  if (!numbers) throw new Failure('refused', `there is no sandbox for processors of the kind ${architecture}`);
  const refuse = ret(seccompErrno | eperm);
  const instructions = [
    [load, 0, 0, offsetOfArchitecture],
    [jumpIfEqual, 1, 0, numbers.audit],
    refuse,
    [load, 0, 0, offsetOfNumber],
    // Numbers from here on belong to the x32 interface of x86-64.
    [jumpIfAtLeast, 0, 1, 0x40000000],
    refuse,
    [jumpIfEqual, 2, 0, ioUringSetup],
    [jumpIfAtLeast, 0, 2, numbers.keys],
    [jumpIfAtLeast, 1, 0, numbers.keys + 3],
    ret(seccompErrno | enosys),
    [jumpIfEqual, 0, 5, numbers.socket],
    [load, 0, 0, offsetOfFirstArgument],
    [jumpIfEqual, 9, 0, families.inet],
    [jumpIfEqual, 8, 0, families.inet6],
    [jumpIfEqual, 7, 0, families.netlink],
    refuse,
    [jumpIfEqual, 0, 5, numbers.socketpair],
    [load, 0, 0, offsetOfSecondArgument],
    [and, 0, 0, maskOfType],
    [jumpIfEqual, 2, 0, types.stream],
    [jumpIfEqual, 1, 0, types.seqpacket],
    refuse,
    ret(seccompAllow),
  ];
  const bytes = new DataView(new ArrayBuffer(instructions.length * 8));
  instructions.forEach(([code, whenTrue, whenFalse, operand], index) => {
    bytes.setUint16(index * 8, code!, true);
    bytes.setUint8(index * 8 + 2, whenTrue!);
    bytes.setUint8(index * 8 + 3, whenFalse!);
    bytes.setUint32(index * 8 + 4, operand!, true);
  });
  return new Uint8Array(bytes.buffer);
}

/** By the name that Node gives the processor; all of them are little endian. `keys`: add_key, request_key and keyctl. */
const architectures: Record<string, { audit: number; socket: number; socketpair: number; keys: number }> = {
  x64: { audit: 0xc000003e, socket: 41, socketpair: 53, keys: 248 },
  arm64: { audit: 0xc00000b7, socket: 198, socketpair: 199, keys: 217 },
  riscv64: { audit: 0xc00000f3, socket: 198, socketpair: 199, keys: 217 },
  loong64: { audit: 0xc0000102, socket: 198, socketpair: 199, keys: 217 },
};

const load = 0x20;
const and = 0x54;
const jumpIfEqual = 0x15;
const jumpIfAtLeast = 0x35;
const offsetOfNumber = 0;
const offsetOfArchitecture = 4;
const offsetOfFirstArgument = 16;
const offsetOfSecondArgument = 24;
const ioUringSetup = 425;
const families = { inet: 2, inet6: 10, netlink: 16 };
const types = { stream: 1, seqpacket: 5 };
/** Above it are flags. */
const maskOfType = 0xf;
const seccompAllow = 0x7fff0000;
const seccompErrno = 0x00050000;
const eperm = 1;
const enosys = 38;

function ret(value: number): number[] {
  return [0x06, 0, 0, value];
}
