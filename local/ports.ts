// The ports of the local stack, looked at before anything is started: a taken one is an error that names its setting.
import { createServer } from 'node:net';

const HOST = '127.0.0.1';

/** Throws where something listens on a port already; 0 is always free. */
export async function refuseTakenPorts(ports: Readonly<Record<string, number>>): Promise<void> {
  for (const [setting, port] of Object.entries(ports))
    if (port !== 0 && !(await isFree(port)))
      throw new Error(`port ${port} is in use. Set ${setting} to another one (0: any free one).`);
}

export async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else reject(error);
    });
    server.listen(port, HOST, () => void server.close(() => resolve(true)));
  });
}
