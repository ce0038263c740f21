// SASLprep (RFC 4013) as PostgreSQL applies it to passwords: a password that it prohibits is used as it stands.
// Only create-credential needs it: a client prepares its own copy, so both must come to the same bytes.

const NON_ASCII_SPACE = /[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]/gu; // C.1.2
const MAPPED_TO_NOTHING =
  /\u00ad|\u034f|\u1806|[\u180b-\u180d]|\u200c|\u200d|\u2060|[\ufe00-\ufe0f]|\ufeff/gu; // B.1

/**
 * C.2 to C.9 and A.1. JavaScript knows what today's Unicode leaves unassigned, not what version 3.2 did: characters
 * younger than 2002 are the one difference from PostgreSQL, and only where NFKC changes the rest of the password.
 */
const PROHIBITED =
  /[\p{Cc}\p{Co}\p{Cs}\p{Cn}\u0340\u0341\u06dd\u070f\u180e\u200e\u200f\u2028-\u202e\u2061-\u2063\u206a-\u206f]|[\u2ff0-\u2ffb\ufff9-\ufffd]|[\u{1d173}-\u{1d17a}]|[\u{e0001}\u{e0020}-\u{e007f}]/u;

const RIGHT_TO_LEFT = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}]/u; // D.1
const LEFT_TO_RIGHT = /(?![\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}])\p{L}/u; // D.2
const STARTS_RIGHT_TO_LEFT = new RegExp(`^${RIGHT_TO_LEFT.source}`, 'u');
const ENDS_RIGHT_TO_LEFT = new RegExp(`${RIGHT_TO_LEFT.source}$`, 'u');

/** The password whose UTF-8 bytes SCRAM hashes. */
export function preparePassword(password: string): string {
  if (/^[ -~]*$/.test(password)) return password;
  const prepared = password.replace(NON_ASCII_SPACE, ' ').replace(MAPPED_TO_NOTHING, '').normalize('NFKC');
  return isAllowed(prepared) ? prepared : password;
}

function isAllowed(prepared: string): boolean {
  if (prepared === '' || PROHIBITED.test(prepared)) return false;
  if (!RIGHT_TO_LEFT.test(prepared)) return true;
  return (
    !LEFT_TO_RIGHT.test(prepared) && STARTS_RIGHT_TO_LEFT.test(prepared) && ENDS_RIGHT_TO_LEFT.test(prepared)
  );
}
