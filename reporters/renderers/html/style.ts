/**
 * The style of the page. Blue, vermillion and orange of the palette by Okabe and Ito, darkened or lightened until
 * text in them has a contrast of 4.5 to 1; every colour also has a shape and a word.
 */
export const STYLE = `
:root{color-scheme:light dark;--paper:#fff;--soft:#f4f6f8;--ink:#1b2430;--dim:#55606e;--rule:#d5dbe1;--go:#00609a;--no:#b04600;--maybe:#7d5a00;--quiet:#55606e;--go-soft:#e6f2fa;--no-soft:#fdeee3;--maybe-soft:#fdf4dc;--on:#fff}
@media (prefers-color-scheme:dark){:root{--paper:#12161c;--soft:#1b212a;--ink:#e8edf2;--dim:#a5b0bd;--rule:#343d49;--go:#6fc0ef;--no:#ff9a57;--maybe:#f0b93a;--quiet:#a5b0bd;--go-soft:#10283a;--no-soft:#3a1f0e;--maybe-soft:#33280c;--on:#12161c}}
*{box-sizing:border-box}
html{scroll-behavior:auto}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow-wrap:break-word}
main,.banner>*,footer{max-width:70rem;margin-inline:auto;padding-inline:1.25rem}
h1,h2,h3,p,dl,dd,ol,ul,figure{margin:0}
a{color:var(--go);text-underline-offset:.15em}
a:focus-visible,summary:focus-visible,.scroll:focus-visible{outline:3px solid var(--go);outline-offset:2px}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.92em}
code{overflow-wrap:anywhere}.name{overflow-wrap:normal}
.banner{border-top:.75rem solid var(--tone);border-bottom:1px solid var(--rule);background:var(--tint);padding-block:1.25rem 1.5rem}
.go{--tone:var(--go);--tint:var(--go-soft)}.no{--tone:var(--no);--tint:var(--no-soft)}.maybe{--tone:var(--maybe);--tint:var(--maybe-soft)}.quiet{--tone:var(--quiet);--tint:var(--soft)}
.product{color:var(--dim);font-size:.9rem}
.answer{display:flex;gap:1.25rem;align-items:flex-start;margin-block:1rem 1.25rem}
.answer>div{min-width:0}
h1{font-size:clamp(2.25rem,7vw,3.75rem);line-height:1;letter-spacing:-.01em;color:var(--tone)}
.reason{font-size:clamp(1.1rem,2.5vw,1.35rem);font-weight:600;margin-top:.75rem}
.meaning{margin-top:.25rem}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(15rem,100%),1fr));gap:.75rem 1.5rem}
.facts dt{color:var(--dim);font-size:.82rem}
.facts dd{font-weight:600;overflow-wrap:anywhere}
.icon{width:1.15em;height:1.15em;flex:none;vertical-align:-.2em}
.big{width:clamp(3rem,9vw,5.5rem);height:clamp(3rem,9vw,5.5rem)}
.icon .fill{fill:var(--tone)}
.icon .mark{fill:none;stroke:var(--on);stroke-width:2.4;stroke-linecap:round;stroke-linejoin:round}
.icon .outline{fill:none;stroke:var(--tone);stroke-width:2.4}
.icon circle.outline{stroke-dasharray:4 3.07}
.icon .line{fill:none;stroke:var(--tone);stroke-width:2.4;stroke-linecap:round}
.glance ul{list-style:none;padding:0;margin-block:1.25rem 0;display:flex;flex-wrap:wrap;gap:.5rem}
.glance li{display:flex;gap:.45rem;align-items:center;border:1px solid var(--rule);border-radius:2rem;padding:.3rem .85rem .3rem .6rem;background:var(--soft)}
.glance a{color:inherit}
.glance .none{color:var(--dim)}
.glance .none .icon{opacity:.55}
section{margin-block:2.25rem}
h2{font-size:1.35rem;line-height:1.25;margin-bottom:.75rem}
.count{color:var(--dim);font-weight:400}
.intro{color:var(--dim);margin-bottom:.75rem}
.card{border:1px solid var(--rule);border-left:.4rem solid var(--tone);border-radius:.4rem;padding:.9rem 1.1rem;margin-bottom:.9rem;background:var(--paper)}
.card h3{font-size:1.1rem}
.card .title{color:var(--dim)}
.card .summary{font-weight:600;margin-block:.4rem;white-space:pre-line}
.badge{color:var(--tone);font-weight:600;white-space:nowrap}.badge .icon{margin-right:.35em}
.numbers{display:flex;flex-wrap:wrap;gap:.75rem;margin-block:.6rem}
.numbers div{background:var(--soft);border-radius:.4rem;padding:.4rem .9rem;min-width:9rem}
.numbers dt{color:var(--dim);font-size:.82rem}
.numbers dd{font-size:1.2rem;font-weight:600;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.remedy{margin-block:.4rem}
.small{color:var(--dim);font-size:.88rem;font-weight:400}
.scroll{overflow-x:auto;margin-block:.6rem}
table{border-collapse:collapse;width:100%;font-size:.94rem}
caption{text-align:left;color:var(--dim);font-size:.88rem;padding-bottom:.3rem}
th,td{text-align:left;vertical-align:top;padding:.45rem .75rem .45rem 0;border-bottom:1px solid var(--rule)}
thead th{color:var(--dim);font-weight:600;font-size:.85rem;white-space:nowrap;border-bottom-width:2px}
tbody th{font-weight:400;min-width:9rem}tbody th.num{min-width:0}td:last-child:not(.num){min-width:13rem}
.num{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.of{display:block;color:var(--dim);font-size:.9rem}
summary .of{display:inline}
.notes{padding-left:1.1rem}
.lines{white-space:pre-line}
details{border:1px solid var(--rule);border-radius:.4rem;margin-bottom:.5rem}
details>:not(summary){margin-inline:1rem}
summary{cursor:pointer;padding:.55rem 1rem}
summary h2{display:inline;font-size:1.05rem}
.steps{padding-left:1.5rem;padding-block:.25rem .75rem}
.steps li{margin-block:.5rem}
.reasons{padding:0 0 .75rem 1.5rem}
figure{margin-block:.75rem}
figcaption{color:var(--dim);font-size:.88rem}
.chart{width:100%;max-width:45rem;height:auto;display:block}
.chart .axis{fill:none;stroke:var(--rule);stroke-width:1.5}
.chart .label{fill:var(--dim);font-size:12px}
.chart .requests{fill:none;stroke:var(--go);stroke-width:2}
.chart .errors{fill:none;stroke:var(--no);stroke-width:2;stroke-dasharray:5 4}
pre{background:var(--soft);border:1px solid var(--rule);border-radius:.4rem;padding:.75rem 1rem;overflow-x:auto;margin-block:.6rem;white-space:pre-wrap;overflow-wrap:anywhere}
.long{font-size:.85em}
footer{color:var(--dim);font-size:.88rem;padding-block:1rem 2rem}
@media (max-width:40rem){.facts{grid-template-columns:repeat(auto-fill,minmax(9.5rem,1fr));gap:.6rem 1rem}.answer{gap:.85rem}.glance li{font-size:.92rem}.card{padding:.75rem .85rem}section{margin-block:1.75rem}}
@media print{:root{--paper:#fff;--soft:#fff;--ink:#000;--dim:#333;--rule:#999;--go:#00609a;--no:#b04600;--maybe:#7d5a00;--quiet:#333;--go-soft:#fff;--no-soft:#fff;--maybe-soft:#fff;--on:#fff}body{font-size:10.5pt}main,.banner>*,footer{max-width:none;padding-inline:0}table{font-size:8.5pt}th,td{padding-right:.4rem}tbody th,td:last-child:not(.num){min-width:0}.card,.answer,tr,figure,li{break-inside:avoid}h2,h3,summary,caption{break-after:avoid}.scroll{overflow:visible}details::details-content{content-visibility:visible;block-size:auto}a{color:inherit}.icon,.banner{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
`;

/** Digest of `STYLE` for the page's content security policy; a test compares the two. */
export const STYLE_HASH = 'sha256-YUgf3bC9V1EDF0gXRpmxY1ANyIULhiAwUk3Dagj8r5c=';
