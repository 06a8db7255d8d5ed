import { open } from 'node:fs/promises'

/** Waits until what was put into a folder, or taken out of it, is on the disk; Windows has no such wait. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path)
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
