import { z } from 'zod'
import { contrastOf } from '#platform/pages/contrast.ts'

const Colour = z.string().regex(/^#[0-9a-f]{6}$/i)
const WebAddress = z.url({ protocol: /^https$/ })
const maybe = <S extends z.ZodType>(schema: S) =>
  schema
    .nullish()
    .catch(null)
    .transform((value) => value ?? null)

const SessionTerms = z.object({
  idle_s: z.int().min(60).max(86_400).catch(1200),
  absolute_s: z.int().min(60).max(2_592_000).catch(43_200),
  max_concurrent: z.int().min(1).max(100).nullable().catch(5),
})

/** How long a session in a realm lasts. */
export type SessionTerms = z.output<typeof SessionTerms>

/** What the pages of a realm take of its partner's configuration; whatever is missing or unfit is left out. */
export const RealmLookSchema = z.object({
  branding: z.object({
    display_name: maybe(z.string().min(1).max(200)),
    primary_color: maybe(Colour),
    accent_color: maybe(Colour),
    logo: maybe(z.string().regex(/^[0-9a-f]{64}$/)),
    support_email: maybe(z.string().max(254)),
    support_url: maybe(WebAddress),
    terms_url: maybe(WebAddress),
    privacy_url: maybe(WebAddress),
  }),
  policies: z.object({ sign_up: z.enum(['open', 'invite', 'closed']).catch('open') }),
  sessions: z.record(z.string(), SessionTerms).catch({}),
})

export type RealmLook = z.output<typeof RealmLookSchema>

/** Neutral colours for a partner that chose none, or chose ones that are no colours. */
const NEUTRAL = { primary: '#3d4651', accent: '#3d4651' }

const LIGHT = '#ffffff'
const DARK = '#16181c'
const LEAST_CONTRAST = 4.5

function mix(colour: string, other: string, share: number): string {
  const parts = [1, 3, 5].map((at) => {
    const [one, two] = [colour, other].map((text) => Number.parseInt(text.slice(at, at + 2), 16))
    return Math.round((one ?? 0) * (1 - share) + (two ?? 0) * share)
      .toString(16)
      .padStart(2, '0')
  })
  return `#${parts.join('')}`
}

/** The colour itself, or as little nearer to the end as is needed to be read on the ground. */
function readableOn(ground: string, colour: string, end: string): string {
  const shares = Array.from({ length: 21 }, (_, step) => step / 20)
  const share = shares.find((part) => contrastOf(mix(colour, end, part), ground) >= LEAST_CONTRAST) ?? 1
  return mix(colour, end, share)
}

function rulesFor(colours: typeof NEUTRAL, ground: string, end: string): string {
  const fill = colours.primary.toLowerCase()
  const ink = contrastOf(fill, LIGHT) >= contrastOf(fill, '#111111') ? LIGHT : '#111111'
  // Away from the ink, so that what is written on the button stays at least as readable.
  const hover = mix(fill, ink === LIGHT ? '#000000' : '#ffffff', 0.12)
  const brandInk = readableOn(ground, colours.accent.toLowerCase(), end)
  return `--brand-fill:${fill};--brand-hover:${hover};--brand-ink:${brandInk};--brand-soft:${mix(fill, ground, 0.88)};--on-brand:${ink};--realm:${fill}`
}

/**
 * The stylesheet of one realm: nothing but colours that were checked to be colours, made readable on the page's own
 * ground; never a word that a partner wrote (C9).
 */
export function realmCss({ branding }: RealmLook): string {
  const colours = {
    primary: branding.primary_color ?? NEUTRAL.primary,
    accent: branding.accent_color ?? branding.primary_color ?? NEUTRAL.accent,
  }
  return [
    `:root{${rulesFor(colours, LIGHT, '#000000')}}`,
    `@media (prefers-color-scheme:dark){:root{${rulesFor(colours, DARK, '#ffffff')}}}`,
    '.button.main{color:var(--on-brand)}',
    '.top{border-top:4px solid var(--realm)}',
    '.realm-nav{display:flex;flex-wrap:wrap;justify-content:flex-start;gap:4px 20px;padding-block:0 10px}',
    '.realm-nav a{padding-block:6px;color:var(--brand-ink)}',
    '.realm-nav a[aria-current]{font-weight:650;text-decoration:none;border-bottom:2px solid currentcolor}',
    '.realm-foot .top-row{justify-content:flex-start;gap:4px 8px}',
    '.realm-foot{padding-block:16px 32px;font-size:14px;line-height:20px;color:var(--muted)}',
    '.brand img.logo{width:auto;height:32px;max-width:160px}',
  ].join('\n')
}

/** The icon of a realm's pages in the tab of a browser: the first letter of its name on its main colour. */
export function realmIcon({ branding }: RealmLook, name: string): string {
  const fill = branding.primary_color?.toLowerCase() ?? NEUTRAL.primary
  const ink = contrastOf(fill, LIGHT) >= contrastOf(fill, '#111111') ? LIGHT : '#111111'
  const letter = /\p{L}|\p{N}/u.exec(name)?.[0].toUpperCase() ?? '·'
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="${fill}"/><text x="16" y="23" text-anchor="middle" font-family="sans-serif" font-size="20" font-weight="700" fill="${ink}">${letter}</text></svg>`
}

const DEFAULT_TERMS: SessionTerms = { idle_s: 1200, absolute_s: 43_200, max_concurrent: 5 }

/** How long a session of this role lasts in the realm. */
export function termsOf(look: RealmLook, role: string): SessionTerms {
  return look.sessions[role] ?? DEFAULT_TERMS
}
