import { Button } from '@mantine/core'

import { askForStepUp } from '../../platform/step-up.ts'
import { t } from '../../platform/words.ts'

type ConfirmToSeeProps = { text: string; onConfirmed: () => void }

/** In the place of a part of a page that is read with a fresh proof alone: the rest of the page is read without it. */
export function ConfirmToSee({ text, onConfirmed }: ConfirmToSeeProps) {
  const ask = async () => {
    if (await askForStepUp()) onConfirmed()
  }
  return (
    <div className="stack tight">
      <p>{text}</p>
      <div className="row">
        <Button
          variant="default"
          onClick={() => {
            void ask()
          }}
        >
          {t('stepup.title')}
        </Button>
      </div>
    </div>
  )
}
