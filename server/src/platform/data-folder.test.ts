import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { requireDataFolder } from './data-folder.ts'

test('the folder of an installation is made at the start, and one that cannot be written is refused with its variable', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'liaison-data-'))
  try {
    const folder = join(parent, 'of/an/installation')
    await requireDataFolder(folder)
    await requireDataFolder(folder)
    expect(await readdir(folder)).toEqual([])
    await writeFile(join(parent, 'file'), '')
    await expect(requireDataFolder(join(parent, 'file', 'below'))).rejects.toThrow(
      /^LIAISON_DATA_DIR: nothing can be written into .*\(ENOTDIR\)/,
    )
  } finally {
    await rm(parent, { recursive: true, force: true })
  }
})
