import { Checkbox, Modal } from '@mantine/core'
import { useState } from 'react'

import { areLettersOn, switchLetters } from '../platform/shortcuts.ts'
import { t } from '../platform/words.ts'
import type { NavGroup } from './app-frame.tsx'
import { fact, Facts } from './page.tsx'

/** The list of keys, with the switch that turns single letters off. */
export function KeyHelp({ nav, onClose }: { nav: readonly NavGroup[]; onClose: () => void }) {
  const [isOn, setOn] = useState(areLettersOn)
  const letters = nav.flatMap((group) => group.entries).filter((entry) => entry.letter !== undefined)
  const key = (text: string) => <kbd className="key">{text}</kbd>
  return (
    <Modal opened onClose={onClose} title={t('keys.title')} closeButtonProps={{ 'aria-label': t('close') }}>
      <div className="stack">
        <Facts
          facts={[
            fact(t('keys.palette'), key('Ctrl K')),
            fact(t('keys.filter'), key('/')),
            fact(
              t('keys.rows'),
              <>
                {key('j')} {key('k')} {key('Enter')}
              </>,
            ),
            ...letters.map((entry) =>
              fact(
                entry.label,
                <>
                  {key('g')} {key(entry.letter ?? '')}
                </>,
              ),
            ),
            fact(t('keys.help'), key('?')),
          ]}
        />
        <Checkbox
          label={t('keys.letters')}
          checked={isOn}
          onChange={(event) => {
            switchLetters(event.currentTarget.checked)
            setOn(event.currentTarget.checked)
          }}
        />
      </div>
    </Modal>
  )
}
