import { readBody } from '@liaison/client'
import type { ConfigurationInForce, ConfigurationKey } from '@liaison/client'

import { Panel } from '../../parts/page.tsx'
import type { Frame } from '../../platform/frame.ts'
import { t } from '../../platform/words.ts'
import { BrandPreview } from './brand-preview.tsx'
import { BrandingFields } from './branding-fields.tsx'
import type { Branding } from './branding-fields.tsx'
import { pathOf } from './draft.ts'
import type { Draft, Section } from './draft.ts'

/** The server's faults, each by the path of its key. */
export type Faults = ReadonlyMap<string, string>

export type PartProps = {
  keys: readonly ConfigurationKey[]
  section: Section
  draft: Draft
  inForce: ConfigurationInForce
  faults: Faults
  mayWrite: boolean
  onDraft: (draft: Draft) => void
}

/** The fault of one key, or of a part of its value. */
export function faultAt(faults: Faults, path: string): string | undefined {
  return [...faults].find(([place]) => place === path || place.startsWith(`${path}/`))?.[1]
}

const imageAt = (partnerId: string) => (sha256: string) =>
  `/api/v1/admin/partners/${partnerId}/configuration/images/${sha256}`

const sendImageFor = (partnerId: string) => (data: string, frame: Frame) =>
  readBody(
    frame.client.POST('/admin/partners/{partner_id}/configuration/images', {
      params: { path: { partner_id: partnerId } },
      body: { data },
    }),
  )

const nameOf = (key: ConfigurationKey): string => key.path.at(-1) ?? ''

/** What the draft says about the look, and the draft without it. */
function splitDraft(keys: readonly ConfigurationKey[], draft: Draft) {
  const said = keys.flatMap((key) => {
    const value = draft[pathOf(key)]
    return value === undefined ? [] : [[nameOf(key), value] as const]
  })
  const others = Object.entries(draft).filter(([path]) => !path.startsWith('branding/'))
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of the section are the fields of the look
  return { branding: Object.fromEntries(said) as Branding, others: Object.fromEntries(others) }
}

function withBranding(others: Draft, branding: Branding): Draft {
  const entries = Object.entries(branding).map(([field, value]) => [`branding/${field}`, value ?? null])
  return { ...others, ...Object.fromEntries(entries) }
}

/** The section of the look, with its preview. */
export function LookPart(props: PartProps & { name: string }) {
  const { keys, draft, inForce, faults, mayWrite, onDraft, name } = props
  const ofLook = keys.filter((key) => key.path[0] === 'branding')
  const { branding, others } = splitDraft(ofLook, draft)
  const defaultOf = (field: string) => String(ofLook.find((key) => nameOf(key) === field)?.default)
  const errors = ofLook.flatMap((key) => {
    const text = faultAt(faults, pathOf(key))
    return text === undefined ? [] : [{ field: nameOf(key), text }]
  })
  const locate = imageAt(inForce.partner_id)
  const colours = { primary_color: defaultOf('primary_color'), accent_color: defaultOf('accent_color') }
  return (
    <div className="halves">
      <Panel title={t('config.section.branding')}>
        <BrandingFields
          branding={branding}
          effective={{ ...inForce.effective.branding, ...colours }}
          errors={errors}
          mayWrite={mayWrite}
          imageAt={locate}
          sendImage={sendImageFor(inForce.partner_id)}
          onBranding={(changed) => onDraft(withBranding(others, changed))}
        />
      </Panel>
      <BrandPreview
        brand={{
          name: branding.display_name ?? name,
          primary: branding.primary_color ?? colours.primary_color,
          accent: branding.accent_color ?? colours.accent_color,
          logo: branding.logo ? locate(branding.logo) : null,
        }}
      />
    </div>
  )
}
