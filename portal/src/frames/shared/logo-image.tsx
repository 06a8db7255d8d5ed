import './consent-words.ts'

/** A logo in the size in which customers see it, with what is to be said of it beside. */
export function LogoImage({ src, text }: { src: string; text: string }) {
  return (
    <div className="row" style={{ flexWrap: 'nowrap' }}>
      <img src={src} alt="" width={40} height={40} />
      <span>{text}</span>
    </div>
  )
}
