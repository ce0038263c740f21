// Loaded first into every part of the local stack (node --require): ends the part when the stack's process is gone, even
// where that was killed and could stop nothing. The parts themselves know nothing of it.
import { Socket } from 'node:net';

/** A pipe whose other end the parent holds and never writes to: it closes when the parent ends, however it ends. */
const PARENT_FD = 3;
/** How long a part may take to end in order; then its whole process group goes. */
const END_LIMIT_MS = 4_000;

function endInOrder(): void {
  setTimeout(() => process.kill(-process.pid, 'SIGKILL'), END_LIMIT_MS).unref();
  process.kill(process.pid, 'SIGTERM');
}

const parent = new Socket({ fd: PARENT_FD, readable: true, writable: false });
parent.once('close', endInOrder);
parent.on('error', () => parent.destroy());
parent.resume();
parent.unref();

// Nobody reads what is printed after the parent's end; that must not cut short what the part does on its way out.
for (const output of [process.stdout, process.stderr]) output.on('error', () => undefined);
