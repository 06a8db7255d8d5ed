import { t } from '../platform/words.ts'

/** Grey lines while an answer is awaited; they appear after 300 ms, so quick answers never flicker. */
export function Bones({ lines = 6 }: { lines?: number }) {
  return (
    <div className="bones" role="status" aria-label={t('state.loading')}>
      {Array.from({ length: lines }, (_, index) => (
        <i key={index} />
      ))}
    </div>
  )
}
