import { expect, test } from 'vitest'
import { NOBODY_READ, readPdfWords } from '#testing/pdf-words.ts'
import { drawAgreement } from './pdf.ts'
import type { Papers } from './pdf.ts'

const AT = new Date('2026-03-05T12:00:00.000Z')

function papersOf(partner: string, body: string): Papers {
  return {
    row: {
      id: '019ab3c0-0000-7000-8000-000000000001',
      title: 'Referral agreement',
      version: 1,
      partner_name: partner,
      body,
      terms_canonical: '{}',
      content_sha256: Buffer.alloc(32, 1),
    },
    signature: undefined,
    approval: undefined,
    events: [],
    seal: 'none',
    origin: 'https://liaison.example',
    at: AT,
  }
}

test('an agreement shows names and text in every European script, as headings and within prose (D4)', async (context) => {
  const papers = papersOf(
    'Łukasz Żółć i Wspólnicy',
    '# Угода з Дмитром\n\nΗ προμήθεια είναι δέκα τοις εκατό.',
  )
  const words = await readPdfWords(await drawAgreement(papers))
  if (words === null) return context.skip(NOBODY_READ)
  for (const part of ['Łukasz Żółć i Wspólnicy', 'Угода з Дмитром', 'Η προμήθεια είναι δέκα τοις εκατό.'])
    expect(words).toContain(part)
  expect(words).not.toContain('cannot show')
})

test('an agreement with letters that no font of the file has shows question marks and says so (D4)', async (context) => {
  const words = await readPdfWords(await drawAgreement(papersOf('東京 Łódź', 'Text.')))
  if (words === null) return context.skip(NOBODY_READ)
  expect(words).toContain('?? Łódź')
  expect(words).toContain('cannot show')
})
