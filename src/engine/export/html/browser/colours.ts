/** Text stands against its ground with a contrast of 4.5 and more, in both. */
const light = `--page:#ffffff;--panel:#fbfbfc;--bar:#ffffff;--text:#1b1f24;--dim:#57606a;--line:#dde1e6;--edge:#8c959f;--hover:#eef1f4;--link:#0a53be;--focus:#0a69da;--code:#f1f3f5;--shell:#f1f3f5;--onshell:#1b1f24;--prompt:#57606a;--user:#eef5ff;--useredge:#b8d3f8;--usertext:#0a4aa6;--agenttext:#4a3a8c;--good:#116329;--bad:#a40e26;--warn:#7d4e00;--ins:#dafbe1;--onins:#0b4a1c;--del:#ffebe9;--ondel:#82071e;--hunk:#0a4aa6;--found:#ffe58a;--onfound:#1b1f24;--current:#c2410c;--oncurrent:#ffffff;--redacted:#3d444d;--onredacted:#ffffff`;
const dark = `--page:#0f1316;--panel:#161b20;--bar:#12171b;--text:#e2e6ea;--dim:#9ba6b2;--line:#2a323a;--edge:#5c6772;--hover:#1f262d;--link:#86b7ff;--focus:#6cb0ff;--code:#1b2127;--shell:#05080a;--onshell:#e2e6ea;--prompt:#9ba6b2;--user:#12233a;--useredge:#28496f;--usertext:#9cc6ff;--agenttext:#c5b6ff;--good:#6fdd8b;--bad:#ff9b95;--warn:#f0b95b;--ins:#0f2f1a;--onins:#a6f0b9;--del:#3b1518;--ondel:#ffc1bc;--hunk:#9cc6ff;--found:#6b5500;--onfound:#ffffff;--current:#ffb454;--oncurrent:#101010;--redacted:#c9d1d9;--onredacted:#101418`;

/** Light or dark as the reader's system has it, unless the page's switch says otherwise; on paper always light. */
export const colours = `:root{color-scheme:light;${light}}
@media screen and (prefers-color-scheme:dark){:root:not([data-theme=light]){color-scheme:dark;${dark}}}
@media screen{:root[data-theme=dark]{color-scheme:dark;${dark}}}`;
