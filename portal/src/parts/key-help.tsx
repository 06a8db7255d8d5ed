import './job-words.ts'
import { Modal } from '@mantine/core'

import { useFrame } from '../platform/frame.ts'
import { t } from '../platform/words.ts'
import { serverPlaces } from '../places.ts'
import type { NavGroup } from '../platform/nav.ts'
import { fact, Facts } from './page.tsx'

/** The list of keys. Single letters are switched on and off in the account (WCAG 2.1.4). */
export function KeyHelp({ nav, onClose }: { nav: readonly NavGroup[]; onClose: () => void }) {
  const { me } = useFrame()
  const letters = nav.flatMap((group) => group.entries).filter((entry) => entry.letter !== undefined)
  const key = (text: string) => <kbd className="key">{text}</kbd>
  return (
    <Modal opened onClose={onClose} title={t('keys.title')} closeButtonProps={{ 'aria-label': t('close') }}>
      <div className="stack" tabIndex={-1} data-autofocus="">
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
            fact(
              t('keys.beside'),
              <>
                {key('[')} {key(']')}
              </>,
            ),
            fact(t('keys.new'), key('n')),
            fact(t('keys.approve'), key('a')),
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
        <p className="muted">
          {t(me.person.shortcuts ? 'keys.letters_on' : 'keys.letters_off')}{' '}
          <a href={serverPlaces.account}>{t('bar.account')}</a>
        </p>
      </div>
    </Modal>
  )
}
