import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { contrastOf } from '#platform/pages/contrast.ts'
import { realmCss, RealmLookSchema, termsOf } from './look.ts'

const lookOf = (branding: object) => RealmLookSchema.parse({ branding, policies: {}, sessions: {} })
const valuesOf = (css: string, name: string): string[] =>
  [...css.matchAll(new RegExp(`--${name}:(#[0-9a-f]{6})`, 'g'))].map(([, value = '']) => value)

const colour = fc.integer({ min: 0, max: 0xffffff }).map((value) => `#${value.toString(16).padStart(6, '0')}`)

describe('the look of a realm', () => {
  test('is readable in light and dark whatever colours a partner chooses (C9)', () => {
    fc.assert(
      fc.property(colour, colour, (primary, accent) => {
        const css = realmCss(lookOf({ primary_color: primary, accent_color: accent }))
        const [light = '', dark = ''] = valuesOf(css, 'brand-ink')
        expect(contrastOf(light, '#ffffff')).toBeGreaterThanOrEqual(4.5)
        expect(contrastOf(dark, '#16181c')).toBeGreaterThanOrEqual(4.5)
        const [fill = ''] = valuesOf(css, 'brand-fill')
        expect(contrastOf(fill, valuesOf(css, 'on-brand')[0] ?? '')).toBeGreaterThanOrEqual(4.3)
      }),
    )
  })

  test('takes colours only: whatever else a document holds never reaches the stylesheet (C9)', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const css = realmCss(
          lookOf({ primary_color: text, display_name: text, accent_color: `${text};}body{` }),
        )
        const isColour = /^#[0-9a-f]{6}$/i.test(text)
        expect(css === realmCss(lookOf({})) || isColour).toBe(true)
      }),
    )
  })

  test('stands on the platform when nothing is configured, with sessions of twenty minutes', () => {
    expect(termsOf(lookOf({}), 'guest').idle_s).toBe(1200)
    expect(lookOf({ terms_url: 'javascript:alert(1)' }).branding.terms_url).toBeNull()
  })
})
