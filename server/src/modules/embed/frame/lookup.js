import { isCode } from './code.js'
import { say } from './context.js'
import { fact, field, labelOf, make, tellDay } from './dom.js'
import { formOf, onSubmit } from './forms.js'
import { send } from './talk.js'

function foundOf(data) {
  const redeemed = data.redeemed_on ? fact('result.redeemed', tellDay(data.redeemed_on)) : []
  return [
    make('h2', {}, say(`state.${data.status}`)),
    make(
      'dl',
      {},
      ...fact('field.code', data.code),
      ...fact('field.voucher_type', labelOf(data.voucher_type)),
      ...fact('result.on', tellDay(data.issued_on)),
      ...fact('result.until', tellDay(data.expires_on)),
      ...redeemed,
    ),
  ]
}

export function showLookup(view) {
  const parts = formOf(
    [field('code', { required: true, maxlength: '20', class: 'code' }, 'hint.code')],
    'lookup',
  )
  const found = make('div', { role: 'status' })
  onSubmit(parts, async () => {
    found.replaceChildren()
    const code = new FormData(parts.form).get('code')
    if (!isCode(code))
      return { success: false, refusal: true, reason: 'VALIDATION_FAILED', errors: [{ pointer: '/code' }] }
    const answer = await send('lookups', { code })
    if (answer.success) found.replaceChildren(...foundOf(answer.data))
    return answer
  })
  view.replaceChildren(parts.form, found)
}
