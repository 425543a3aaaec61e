// The emoji shortcodes that are used most. Any other shortcode is shown as it was typed.
const NAMES = `+1👍 thumbsup👍 -1👎 tada🎉 rocket🚀 eyes👀 fire🔥 star⭐ star2🌟 sparkles✨ heart❤️ wave👋 bulb💡 book📖 books📚
newspaper📰 scroll📜 memo📝 pencil✏️ mag🔍 mag_right🔎 link🔗 pushpin📌 bookmark🔖 label🏷️ calendar📅 date📅 clock9🕘 alarm_clock⏰
hourglass⌛ sunrise🌅 sunny☀️ sun_with_face🌞 crescent_moon🌙 globe_with_meridians🌐 kr🇰🇷 us🇺🇸 gb🇬🇧 white_check_mark✅ heavy_check_mark✔️ x❌
warning⚠️ no_entry⛔ information_source ℹ️ question❓ exclamation❗ gear⚙️ wrench🔧 hammer🔨 lock🔒 unlock🔓 bell🔔 no_bell🔕 email✉️
speech_balloon💬 thought_balloon💭 robot_face🤖 brain🧠 chart_with_upwards_trend📈 bar_chart📊 test_tube🧪 microscope🔬 art🎨 movie_camera🎥
arrow_right➡️ arrow_left⬅️ arrow_up⬆️ arrow_down⬇️ arrows_counterclockwise🔄 leftwards_arrow_with_hook↩️ smile😄 smiley😃 grin😁 joy😂
slightly_smiling_face🙂 wink😉 thinking_face🤔 cry😢 sob😭 pray🙏 clap👏 raised_hands🙌 muscle💪 point_right👉 point_left👈 ok_hand👌 100💯
seedling🌱 four_leaf_clover🍀 coffee☕ page_facing_up📄 open_book📖 loudspeaker📢 mega📣 game_die🎲 twisted_rightwards_arrows🔀`;

export const EMOJI = new Map(
  [...NAMES.matchAll(/([a-z0-9_+-]*[a-z_+]|-1|\+1|100|clock9|star2) ?([^\sa-z]+)/g)].map((found) => [found[1], found[2]]),
);
