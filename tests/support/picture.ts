import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { readPng, writeIndexed } from './palette.ts'

const PICTURES = join(import.meta.dirname, '../../docs/pictures')

/** Whether this run takes the pictures of the documents anew; an ordinary one leaves the committed ones alone. */
const takesPictures = (): boolean => process.env['LIAISON_PICTURES'] === '1'

/** The size of every picture that shows a screen, so that they stand in a page as one row. */
const SCREEN = { width: 1280, height: 800 }

/**
 * Takes a picture for the documents when it is asked for, of a screen or of the whole page; a test run leaves the
 * committed ones alone. In 256 colours: a third of the size, and nobody sees it.
 */
export async function takePicture(
  page: Page,
  name: string,
  { fullPage = false }: { readonly fullPage?: boolean } = {},
): Promise<void> {
  if (!takesPictures()) return
  const before = page.viewportSize()
  await page.setViewportSize(SCREEN)
  // A bar that stays in sight would stand in the middle of a long page.
  await page.evaluate('scrollTo(0, 0)')
  const png = await page.screenshot({ fullPage })
  writeFileSync(join(PICTURES, `${name}.png`), writeIndexed(readPng(png)))
  if (before) await page.setViewportSize(before)
}
