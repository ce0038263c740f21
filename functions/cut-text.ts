// Cuts sentences that others wrote before they go into a message: a character of two UTF-16 units is not cut in half, and
// no half of one goes on, for JSON with such a half breaks its readers.

/** At most `characters` UTF-16 units; a half that was there before becomes U+FFFD. */
export function cutText(text: string, characters: number): string {
  const last = text.length > characters ? text.charCodeAt(characters - 1) : 0;
  const isHalf = last >= 0xd800 && last <= 0xdbff;
  // UTF-8 has no halves.
  return Buffer.from(text.slice(0, isHalf ? characters - 1 : characters)).toString();
}
