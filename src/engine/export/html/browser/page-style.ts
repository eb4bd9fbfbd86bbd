import { baseStyle } from './base-style.ts';

/** Of the page of a session. */
export const pageStyle = `${baseStyle}
body{display:grid;grid-template-columns:minmax(12rem,17rem) minmax(0,1fr);grid-template-areas:"top top" "side main"}
.top{grid-area:top}
main{grid-area:main;max-width:64rem;width:100%;min-height:100vh;padding:1.25rem 1.5rem 4rem 2rem;border-left:1px solid var(--line)}
#side{grid-area:side;position:sticky;top:3.2rem;align-self:start;max-height:calc(100vh - 3.4rem);overflow:auto;padding:1.1rem .5rem 2rem 1.25rem;font-size:.85rem}
#side h2{margin:0 0 .4rem;font-size:.75rem;text-transform:uppercase;letter-spacing:.06em;color:var(--dim)}
#summary{margin-bottom:1.2rem}
#summary dl{margin:0}
#summary div{display:flex;gap:.5rem;padding:.1rem .5rem .1rem 0}
#summary dt{flex:0 0 4.6rem;color:var(--dim)}
#contents ol{list-style:none;margin:0;padding:0}
#contents a{display:block;padding:.2rem .5rem;border-radius:5px;color:var(--text);text-decoration:none;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
#contents a:hover{background:var(--hover)}
#contents b{display:inline-block;min-width:1.5rem;color:var(--dim);font-weight:600}
#contents a[aria-current]{background:var(--code);box-shadow:inset 3px 0 var(--focus);border-radius:0 5px 5px 0}
#contents .gone a{text-decoration:line-through}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,19rem),1fr));gap:.1rem 1.5rem;margin:.2rem 0 .8rem;font-size:.9rem}
.facts .wide{grid-column:1/-1}
.facts div{display:flex;gap:.6rem;min-width:0}
.facts dt{flex:0 0 6rem;color:var(--dim)}
.facts dd,#summary dd{margin:0;min-width:0;max-height:8rem;overflow:auto;overflow-wrap:anywhere}
.about .facts+.facts{margin-top:-.7rem}
.turn{margin-top:2rem;border-top:2px solid var(--line);padding:.2rem 0}
.run{content-visibility:auto;contain-intrinsic-size:auto 40rem}
.turn>h2{display:flex;flex-wrap:wrap;align-items:baseline;gap:.2rem .4rem;margin:.7rem 0 .8rem;font-size:1.1rem}
.turn>h2 a{color:inherit;text-decoration:none}
.turn>h2 a:hover{text-decoration:underline}
.turn.gone>h2 a{text-decoration:line-through}
.mark.gone{color:var(--bad);border-color:var(--bad)}
.when{margin-left:auto;font-size:.8rem;font-weight:400;color:var(--dim)}
.e{margin:.6rem 0}
.turn.inherited .e,.e.gone{border-left:4px double var(--edge);border-radius:0 8px 8px 0}
.e.gone .md,.e.gone pre,.e.gone .plain{color:var(--dim)}
.e:target{outline:2px solid var(--focus);outline-offset:-2px}
.turn:target>h2{box-shadow:-1rem 0 var(--page),calc(-1rem - 4px) 0 var(--focus)}
article{border:1px solid var(--line);border-radius:8px;background:var(--panel);overflow:hidden}
article>header,summary{display:flex;align-items:baseline;gap:.7rem}
article>header{padding:.45rem .9rem 0}
article h3{margin:0;font-size:.78rem;font-weight:600;flex:1 1 auto;min-width:0;overflow-wrap:anywhere}
.user{background:var(--user);border-color:var(--useredge)}
.user h3{color:var(--usertext)}
.agent h3{color:var(--agenttext)}
.call h3{color:var(--dim)}
.call h3 code{color:var(--text)}
time,.n{flex:none;font-size:.72rem;color:var(--dim);font-variant-numeric:tabular-nums;text-decoration:none}
.n{min-width:1.6rem;text-align:right}
a.n:hover{text-decoration:underline}
.md,article>.plain,article>pre,article>ul,article>.aside{margin:.25rem .9rem .7rem}
.md{overflow-wrap:anywhere}
.md>:first-child{margin-top:0}
.md>:last-child{margin-bottom:0}
.md p,.md ul,.md ol,.md blockquote,.md pre,.md table{margin:.5rem 0}
.md h4,.md h5,.md h6{margin:.9rem 0 .3rem;font-size:1rem}
.md blockquote{padding-left:.8rem;border-left:3px solid var(--edge);color:var(--dim)}
.md code{background:var(--code);padding:.08em .3em;border-radius:4px}
.md table{border-collapse:collapse;display:block;overflow-x:auto;max-width:100%}
.md th,.md td{border:1px solid var(--line);padding:.25rem .6rem;text-align:left;overflow-wrap:break-word}
.link{text-decoration:underline;text-decoration-style:dotted}
.url{color:var(--dim);font-size:.85em;overflow-wrap:anywhere}
.url::before{content:"⟨"}
.url::after{content:"⟩"}
pre{margin:.4rem 0;padding:.55rem .8rem;background:var(--code);border-radius:6px;white-space:pre-wrap;overflow-wrap:anywhere;tab-size:4;line-height:1.45;unicode-bidi:plaintext}
pre.plain{background:none;padding:0;font:inherit}
.plain{white-space:pre-wrap;overflow-wrap:anywhere}
pre.cmd{background:var(--shell);color:var(--onshell)}
pre.cmd::before{content:"$ ";color:var(--prompt);user-select:none}
.aside{font-size:.82rem;color:var(--dim)}
summary{cursor:pointer;padding:.25rem .6rem;border-radius:6px;font-size:.84rem;list-style:none}
summary::-webkit-details-marker{display:none}
summary::before{content:"▸";flex:none;color:var(--dim);width:.7rem}
details[open]>summary::before{content:"▾"}
summary:hover{background:var(--hover)}
summary .s{flex:1 1 auto;min-width:0;overflow-wrap:anywhere}
summary i{color:var(--dim)}
details.e>:not(summary){margin-left:1.9rem;margin-right:.6rem}
.part{margin:.3rem .9rem .6rem}
p.part{padding:.25rem .6rem .25rem 2rem;font-size:.84rem;overflow-wrap:anywhere}
.result b{font-weight:600}
.result b span{white-space:nowrap}
p.result{padding:.25rem .6rem .25rem 2rem;font-size:.84rem;overflow-wrap:anywhere}
.result.ok b,.plus{color:var(--good)}
.note.bad,.end .bad,.quiet.bad summary,.result.bad b,.call.bad h3 b,.minus{color:var(--bad)}
.note.warn,.aside.warn,.quiet.warn summary,.result.held b{color:var(--warn)}
.thought summary,.quiet summary{color:var(--dim)}
.thought .md{color:var(--dim)}
.note{padding:.3rem .8rem;border-left:4px solid var(--edge);font-size:.9rem;white-space:pre-wrap;overflow-wrap:anywhere}
.note.bad{border-color:var(--bad)}
.note.warn{border-color:var(--warn)}
.kind{font-size:.75rem;font-weight:600;text-transform:uppercase}
.kind.added{color:var(--good)}
.kind.removed{color:var(--bad)}
.kind.changed{color:var(--warn)}
pre.diff{padding:.4rem 0;overflow:hidden}
pre.diff>*{display:block;padding:0 .8rem;text-decoration:none}
pre.diff ins{background:var(--ins);color:var(--onins)}
pre.diff del{background:var(--del);color:var(--ondel)}
pre.diff .hunk{color:var(--hunk)}
.plan{list-style:none;padding:0}
.plan .box{display:inline-block;min-width:3.2rem;font-size:.75rem;font-weight:600;color:var(--dim)}
.plan .done .box{color:var(--good)}
.plan .now .box{color:var(--warn)}
figure{margin:.4rem .9rem .8rem}
figure img{display:block;max-width:100%;max-height:32rem;border:1px solid var(--line)}
figcaption,.image{font-size:.8rem;color:var(--dim)}
.image{margin:.4rem .9rem}
.sum{margin:.9rem 0 0;font-size:.8rem;color:var(--dim);text-align:right}
.end{margin-top:2.5rem;padding-top:.8rem;border-top:2px solid var(--line);font-size:.85rem;color:var(--dim)}
.end h2{font-size:1rem}
@media screen and (max-width:60rem){
body{display:flex;flex-direction:column}
#side{order:1;position:static;align-self:stretch;max-height:none;border-bottom:1px solid var(--line);padding:.7rem .8rem}
#summary dl{display:flex;flex-wrap:wrap;gap:0 1.2rem}
#summary dt{flex:none}
#contents ol{max-height:9rem;overflow:auto}
main{order:2;padding:1rem .8rem 3rem;border-left:0}
.top{padding:.4rem .8rem}
.top .title{display:none}
.controls{flex-wrap:wrap;width:100%}
.find:has(input:not(:placeholder-shown)){flex-basis:100%}
.find{flex:1 1 6rem}
input[type=search]{width:6rem}
.when{margin-left:0;flex-basis:100%}
details.e>:not(summary){margin-left:.4rem;margin-right:.2rem}
p.result{padding-left:1.3rem}
.e .n{display:none}
}
@media print{
body{display:block;font-size:10.5pt}
.top,#contents,.skip{display:none}
#side{position:static;max-height:none;padding:0}
#summary dl{display:flex;flex-wrap:wrap;gap:0 1.5rem}
main{max-width:none;padding:0;border:0}
.facts dd,#summary dd{max-height:none;overflow:visible}
.run{content-visibility:visible}
details::details-content{content-visibility:visible!important;display:block!important;block-size:auto!important}
summary::before{display:none}
article,pre{border-radius:0}
article{overflow:visible}
h2,h3,summary,article>header{break-after:avoid}
p,li,tr,figure{break-inside:avoid}
.user,.agent{break-inside:auto}
pre,ins,del{-webkit-print-color-adjust:exact;print-color-adjust:exact}
}
`;
