import { colours } from './colours.ts';

/** What all pages share. */
export const baseStyle = `
${colours}
*{box-sizing:border-box}
html{scroll-padding-top:4.5rem;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--text);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
h1{font-size:1.6rem;line-height:1.25;margin:.2rem 0 1rem;overflow-wrap:anywhere}
a{color:var(--link)}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;font-size:.875em}
code{overflow-wrap:anywhere}
:focus-visible{outline:3px solid var(--focus);outline-offset:1px;border-radius:3px}
.skip{position:absolute;left:-99rem}
.skip:focus{left:.5rem;top:.5rem;z-index:9;background:var(--panel);padding:.5rem 1rem}
.away{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
[hidden]{display:none!important}
.top{position:sticky;top:0;z-index:5;display:flex;flex-wrap:wrap;gap:.4rem 1rem;align-items:center;padding:.5rem 1.25rem;background:var(--bar);border-bottom:1px solid var(--line)}
.top .title{flex:1 1 8rem;min-width:0;margin:0;font-weight:600;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.controls,.find{display:flex;gap:.35rem;align-items:center}
.controls{gap:.5rem;min-width:0}
.find{min-width:0;flex:1 1 auto}
input[type=search]{width:17rem;min-width:5rem;flex:1 1 auto;font:inherit;font-size:.9rem;padding:.3rem .6rem;color:var(--text);background:var(--page);border:1px solid var(--edge);border-radius:6px}
input::placeholder{color:var(--dim);opacity:1}
input:placeholder-shown~*{display:none}
output{min-width:4.5rem;font-size:.85rem;color:var(--dim);white-space:nowrap;font-variant-numeric:tabular-nums}
button{font:inherit;font-size:.85rem;padding:.3rem .6rem;color:var(--text);background:var(--panel);border:1px solid var(--edge);border-radius:6px;cursor:pointer;white-space:nowrap}
button:hover{background:var(--hover)}
.mark{display:inline-block;margin-left:.6rem;padding:0 .5rem;border:1px solid var(--edge);border-radius:99px;font-size:.75rem;font-weight:500;color:var(--dim)}
mark{background:var(--redacted);color:var(--onredacted);border-radius:3px;padding:0 .15em;-webkit-box-decoration-break:clone;box-decoration-break:clone}
::highlight(found){background-color:var(--found);color:var(--onfound)}
::highlight(current){background-color:var(--current);color:var(--oncurrent)}
`;
