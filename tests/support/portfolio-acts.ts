import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { faultsInLooks, TWO_LOOKS } from './look.ts'

/** Keeps what new tenants are asked for, and asks with it; returns what became of each. */
export async function asksByTemplate(page: Page, links: string): Promise<string[]> {
  await page.goto(links)
  await page.getByRole('link', { name: 'Templates' }).click()
  await page.getByRole('button', { name: 'Make a template' }).click()
  await page.getByLabel('Name').fill('Support for a year')
  await page.getByLabel('Why? They read this').fill('We look after your tickets, day and night.')
  await page.getByText('Ask for less than the whole role').click()
  await page.getByLabel('Assign tickets to people').uncheck()
  await page.getByRole('button', { name: 'Save the template' }).click()
  await page.getByRole('link', { name: 'Use it: Support for a year' }).click()
  await page.getByLabel('Partner codes of the tenants').fill('nobody-at-all\nacme-fiber')
  expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
  await page.getByRole('button', { name: 'Ask 2 tenants' }).click()
  await page.getByRole('button', { name: 'Close the result' }).waitFor()
  return (await page.locator('.results li').allInnerTexts()).toSorted()
}

/** Sets the floor that one subsidiary has for two more. */
export async function setsFloorOfSeveral(page: Page, floors: string): Promise<void> {
  await page.goto(floors)
  const rowOf = (text: string) => page.getByRole('row').filter({ hasText: text })
  await rowOf('Elbe Netz').getByText('99.99 %').waitFor()
  await page.getByLabel('Choose Fjord Fiber').check()
  await page.getByLabel('Choose Garonne Telecom').check()
  await page.getByRole('button', { name: 'Set a floor for several' }).click()
  await page.getByLabel('Begin with').selectOption({ label: 'the floor of Elbe Netz' })
  await page.getByLabel('Why do the terms change?').fill('As in Elbe Netz')
  expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
  await page.getByRole('button', { name: 'Set the floor for 2 subsidiaries' }).click()
  await page.getByText('2 floors were set.').waitFor()
  await rowOf('Fjord Fiber').getByText('99.99 %').waitFor()
}

/** Minor units of an amount such as "1,963.98 USD"; every currency of the demo partner has two decimals. */
export function minorOf(text: string): number {
  return Math.round(Number(text.replace(/[^\d.]/g, '')) * 100)
}

/** The number of rows below the head of the table that is shown. */
export function rowsIn(page: Page): Promise<number> {
  return page.locator('tbody tr').count()
}
