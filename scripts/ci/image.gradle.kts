// Gradle: `apply(from = "image.gradle.kts")` in the build.gradle.kts of a Flink job, and
// `gradle image -PflinkVersion=1.20.4 -PimageName=registry.example.com/team/job:1.0` makes the jar,
// then its image, and pushes it. flinkpack is on the PATH, and credentials are where Docker keeps
// them. With the Shadow plugin the jar is that of the task `shadowJar`.
val jarTask = if ("shadowJar" in tasks.names) "shadowJar" else "jar"

tasks.register<Exec>("image") {
    description = "Builds the image of the job and pushes it."
    group = "distribution"
    val jar = tasks.named<Jar>(jarTask).flatMap { it.archiveFile }
    inputs.file(jar)
    commandLine(
        "flinkpack", "build",
        "--from-release", "--flink-version", providers.gradleProperty("flinkVersion").get(),
        "--job-jar", jar.get().asFile.path,
        "--image-name", providers.gradleProperty("imageName").get(),
        "--push",
    )
}
