import './features-words.ts'
import { readBody } from '@liaison/client'

import { MoveButton, RowActs } from '../../parts/move-button.tsx'
import { t } from '../../platform/words.ts'

type Setting = { override: 'on' | 'off' | null }
type OverrideProps = {
  feature: { key: string; name: string }
  partner: { id: string; name: string }
  setting: Setting
}

const acts = ['on', 'off', 'clear'] as const

/** Sets a feature for one partner, or leaves it to the rules again. */
export function OverrideActs({ feature, partner, setting }: OverrideProps) {
  const names = { feature: feature.name, partner: partner.name }
  const shown = acts.filter((act) => (act === 'clear' ? setting.override !== null : setting.override !== act))
  return (
    <RowActs>
      {shown.map((act) => (
        <MoveButton
          key={act}
          words={{
            act: t(`override.${act}`),
            title: t(`override.${act}_title`, names),
            effect: t(`override.${act}_effect`),
            keep: t('override.keep'),
            done: t('override.done', names),
          }}
          reason="required"
          isDanger={act === 'off'}
          isInRow
          move={(reason, { client }) =>
            readBody(
              client.PUT('/admin/features/{key}/partners/{partner_id}/override', {
                params: { path: { key: feature.key, partner_id: partner.id } },
                body: { override: act === 'clear' ? null : act, reason },
              }),
            )
          }
        />
      ))}
    </RowActs>
  )
}
