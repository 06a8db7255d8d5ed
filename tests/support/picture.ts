import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { readPng, writeIndexed } from './palette.ts'

const PICTURES = join(import.meta.dirname, '../../docs/pictures')

/** Whether this run takes the pictures of the documents anew; an ordinary one leaves the committed ones alone. */
export const takesPictures = (): boolean => process.env['LIAISON_PICTURES'] === '1'

/** Takes a picture for the documents when it is asked for, in 256 colours: a third of the size, and nobody sees it. */
export async function takePicture(
  page: Page,
  name: string,
  how: { readonly fullPage?: boolean } = {},
): Promise<void> {
  if (!takesPictures()) return
  const png = await page.screenshot(how)
  writeFileSync(join(PICTURES, `${name}.png`), writeIndexed(readPng(png)))
}
